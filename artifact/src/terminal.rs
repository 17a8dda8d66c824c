//! Untrusted text, escaped for a terminal.

use core::fmt::{Display, Formatter, Result, Write};

/// One line of untrusted text, in which characters that control a terminal are escaped: control characters, line and
/// paragraph separators, and characters that change the direction of text.
///
/// ```
/// use precompile_artifact::Escaped;
///
/// assert_eq!(Escaped("a name\u{1b}[31m").to_string(), r"a name\u{1b}[31m");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for character in self.0.chars() {
            match controls_terminal(character) {
                true => write!(f, "{}", character.escape_default())?,
                false => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Lines of untrusted text, escaped, of which only the first isn't indented. So a line within a name can't be mistaken
/// for another message.
///
/// ```
/// use precompile_artifact::EscapedLines;
///
/// let text = EscapedLines("error: `a\nerror: b` is no module").to_string();
/// assert_eq!(text, "error: `a\n  error: b` is no module");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EscapedLines<'a>(pub &'a str);

impl Display for EscapedLines<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let further = || self.0.split('\n').skip(1);
        // All lines by the same width, so that columns stay aligned.
        let is_at_margin = further().any(|line| !line.is_empty() && !line.starts_with(' '));
        let margin = if is_at_margin { "  " } else { "" };
        Escaped(self.0.split('\n').next().unwrap_or_default()).fmt(f)?;
        for line in further() {
            f.write_char('\n')?;
            if !line.is_empty() {
                f.write_str(margin)?;
                Escaped(line).fmt(f)?;
            }
        }
        Ok(())
    }
}

/// A path as one line of escaped text, for a message.
#[cfg(feature = "std")]
pub fn escaped_path(path: &std::path::Path) -> alloc::string::String {
    alloc::string::ToString::to_string(&Escaped(&path.to_string_lossy()))
}

fn controls_terminal(character: char) -> bool {
    // Line and paragraph separators, and Unicode's property Bidi_Control.
    let separates = matches!(character, '\u{2028}' | '\u{2029}');
    let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || separates || turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(Escaped("\x1b]0;x\x07\r\n\t\u{9b}").to_string(), r"\u{1b}]0;x\u{7}\r\n\t\u{9b}");
        assert_eq!(Escaped("\u{202e}gpj.exe\u{2069}").to_string(), r"\u{202e}gpj.exe\u{2069}");
        let plain = "naïve 名前 `f` \u{5d0}\u{301}";
        assert_eq!(Escaped(plain).to_string(), plain);
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_path_is_on_one_line() {
        assert_eq!(escaped_path(std::path::Path::new("a\nb/c")), r"a\nb/c");
    }

    #[test]
    fn all_lines_but_the_first_are_indented() {
        for (text, shown) in [
            ("one", "one"),
            ("one\n  two\n\n    three", "one\n  two\n\n    three"),
            ("one\ntwo\n  three\n", "one\n  two\n    three\n"),
            ("a\n\rerror: b\n\terror: c", "a\n  \\rerror: b\n  \\terror: c"),
            ("a\u{2028}b\u{85}c", "a\\u{2028}b\\u{85}c"),
        ] {
            assert_eq!(EscapedLines(text).to_string(), shown);
        }
    }
}
