//! Words of a process that nobody trusts.

use precompile::artifact::Escaped;

/// More lines, or characters of one, than any error of ours has.
const MOST_LINES: usize = 20;
const MOST_CHARACTERS: usize = 1000;
/// As many bytes as a character takes that is shown as text: `\u{2028}`.
const MOST_SHOWN: usize = 8;
/// As many bytes as bounded words are.
pub(super) const MOST_BYTES: usize =
    MOST_LINES * ("\n  ".len() + MOST_CHARACTERS * MOST_SHOWN + "...".len()) + "\n  ...".len();

/// Some words, as far as they are to be read: of no more than a screen, with nothing that a terminal obeys, and no
/// line after the first that could be taken for one of ours.
pub(super) fn bounded(words: &str) -> String {
    let mut lines = words.trim().lines();
    let mut said = line(lines.next().unwrap_or_default());
    for next in lines.by_ref().take(MOST_LINES - 1) {
        said += if next.starts_with(' ') || next.is_empty() { "\n" } else { "\n  " };
        said += &line(next);
    }
    if lines.next().is_some() {
        said += "\n  ...";
    }
    said
}

fn line(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}...", Escaped(&text[..end])),
        None => Escaped(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_stays() {
        for words in ["an error", "it doesn't parse\n     --> <anon>:1:2\n      |\n    1 | (module"] {
            assert_eq!(bounded(words), words);
        }
    }

    #[test]
    fn nothing_is_forged_obeyed_or_endless() {
        assert_eq!(bounded("a\nerror: b\r\nwarning: c"), "a\n  error: b\n  warning: c");
        assert_eq!(bounded("\u{1b}[31mred\u{202e}"), r"\u{1b}[31mred\u{202e}");
        let long = bounded(&"x".repeat(1 << 20));
        assert_eq!(long.len(), MOST_CHARACTERS + 3);
        let many = bounded(&"line\n".repeat(1 << 16));
        assert_eq!(many.lines().count(), MOST_LINES + 1);
        let twice = bounded(&many);
        assert_eq!(twice, many);
    }

    /// Of each character that there is, and in as many as there may be.
    #[test]
    fn the_longest_words_are_as_long_as_is_said() {
        let shown = |character: char| Escaped(character.encode_utf8(&mut [0; 4])).to_string().len();
        assert_eq!((char::MIN..=char::MAX).map(shown).max(), Some(MOST_SHOWN));
        let line = "\u{202e}".repeat(MOST_CHARACTERS + 1) + "\n";
        // The first line needs no margin.
        assert_eq!(bounded(&line.repeat(MOST_LINES + 1)).len(), MOST_BYTES - "\n  ".len());
    }
}
