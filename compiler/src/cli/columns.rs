//! Untrusted text in the columns of a terminal, where a character may take two of them or none.

use precompile::artifact::Escaped;
use unicode_width::UnicodeWidthStr;

/// The number of columns that a text takes, as [`Escaped`] shows it.
pub(crate) fn width(text: &str) -> usize {
    Escaped(text).to_string().width()
}

/// A text with spaces behind it, to this width at least.
pub(crate) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", spaces(text, columns))
}

/// A text with spaces before it, to this width at least.
pub(crate) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", spaces(text, columns))
}

fn spaces(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide characters, a combining one, and one that is escaped.
    #[test]
    fn characters_have_their_own_widths() {
        for (text, columns) in [("name", 4), ("名前", 4), ("ne\u{301}e", 3), ("\u{7}", 5), ("", 0)] {
            assert_eq!(width(text), columns, "{text}");
            assert_eq!(width(&left(text, 7)), 7, "{text}");
            assert_eq!(width(&right(text, 7)), 7, "{text}");
            assert_eq!(left(text, 0), text);
        }
        assert_eq!((left("名", 3), right("名", 3)), ("名 ".into(), " 名".into()));
    }
}
