//! Text from elsewhere, for a terminal.

use core::fmt::{Display, Formatter, Result, Write};

/// One line of text, in which what a terminal would obey is shown as text: control characters, and those
/// that turn the direction of what follows.
///
/// ```
/// use precompile_artifact::Shown;
///
/// assert_eq!(Shown("a name\u{1b}[31m").to_string(), r"a name\u{1b}[31m");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for character in self.0.chars() {
            match is_obeyed(character) {
                true => write!(f, "{}", character.escape_default())?,
                false => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

fn is_obeyed(character: char) -> bool {
    // The property Bidi_Control of Unicode.
    let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn nothing_is_obeyed() {
        assert_eq!(Shown("\x1b]0;x\x07\r\n\t\u{9b}").to_string(), r"\u{1b}]0;x\u{7}\r\n\t\u{9b}");
        assert_eq!(Shown("\u{202e}gpj.exe\u{2069}").to_string(), r"\u{202e}gpj.exe\u{2069}");
        let plain = "naïve 名前 `f` \u{5d0}\u{301}";
        assert_eq!(Shown(plain).to_string(), plain);
    }
}
