//! Messages of an untrusted process.

use precompile::artifact::Escaped;

/// The maximum number of lines, and of characters in one: more than any error of ours has.
const MAX_LINES: usize = 20;
const MAX_CHARACTERS: usize = 1000;
/// The maximum length of an escaped character, in bytes: `\u{2028}`.
const MAX_ESCAPE_BYTES: usize = 8;
/// The maximum length of a bounded message, in bytes.
pub(super) const MAX_BYTES: usize =
    MAX_LINES * ("\n  ".len() + MAX_CHARACTERS * MAX_ESCAPE_BYTES + "...".len()) + "\n  ...".len();

/// A message, bounded: at most a screen long, without characters that a terminal obeys, and with no line after the
/// first that could be taken for one of ours.
pub(crate) fn bounded(message: &str) -> String {
    let mut lines = message.trim().lines();
    let mut text = line(lines.next().unwrap_or_default());
    for next in lines.by_ref().take(MAX_LINES - 1) {
        text += if next.starts_with(' ') || next.is_empty() { "\n" } else { "\n  " };
        text += &line(next);
    }
    if lines.next().is_some() {
        text += "\n  ...";
    }
    text
}

fn line(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}...", Escaped(&text[..end])),
        None => Escaped(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_errors_stay() {
        for error in ["an error", "it doesn't parse\n     --> <anon>:1:2\n      |\n    1 | (module"] {
            assert_eq!(bounded(error), error);
        }
    }

    #[test]
    fn forged_and_long_messages_are_bounded() {
        assert_eq!(bounded("a\nerror: b\r\nwarning: c"), "a\n  error: b\n  warning: c");
        assert_eq!(bounded("\u{1b}[31mred\u{202e}"), r"\u{1b}[31mred\u{202e}");
        let long = bounded(&"x".repeat(1 << 20));
        assert_eq!(long.len(), MAX_CHARACTERS + 3);
        let many = bounded(&"line\n".repeat(1 << 16));
        assert_eq!(many.lines().count(), MAX_LINES + 1);
        let twice = bounded(&many);
        assert_eq!(twice, many);
    }

    /// No character is longer when escaped, and a message of the longest ones is as long as the maximum.
    #[test]
    fn the_longest_message_has_the_maximum_length() {
        let shown = |character: char| Escaped(character.encode_utf8(&mut [0; 4])).to_string().len();
        assert_eq!((char::MIN..=char::MAX).map(shown).max(), Some(MAX_ESCAPE_BYTES));
        let line = "\u{202e}".repeat(MAX_CHARACTERS + 1) + "\n";
        // The first line needs no margin.
        assert_eq!(bounded(&line.repeat(MAX_LINES + 1)).len(), MAX_BYTES - "\n  ".len());
    }
}
