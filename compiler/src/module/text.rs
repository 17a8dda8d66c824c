//! Modules in text form.

use precompile_artifact::foreign;
use thiserror::Error;

/// The byte order mark that some editors put before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// The first bytes of texts in other encodings: a byte order mark, or a parenthesis.
const OTHER_ENCODINGS: [(&[u8], &str); 5] = [
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"(\0", "UTF-16"),
    (b"\0(", "UTF-16"),
];
/// The longest line of an error's message, in characters.
const MOST_CHARACTERS: usize = 200;

/// The failure of a text that doesn't parse, in the parser's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not WebAssembly's text form: {0}")]
pub struct TextError(pub String);

/// The test for a text: it starts with a parenthesis or a comment, in any encoding. A file that zstd compressed starts
/// with a parenthesis, too, and is no text.
pub(crate) fn is_text(module: &[u8]) -> bool {
    foreign(module).is_none() && matches!(unmarked(module).trim_ascii_start(), [b'(' | b';', ..])
        || other_encoding(module).is_some()
}

/// The binary form of a text.
///
/// # Errors
///
/// The mistake and its place.
pub(crate) fn binary(text: &[u8]) -> Result<Vec<u8>, TextError> {
    let refused = |problem: String| Err(TextError(problem));
    if let Some(encoding) = other_encoding(text) {
        return refused(format!("it is encoded in {encoding}: save it as UTF-8"));
    }
    match std::str::from_utf8(unmarked(text)) {
        Ok(text) => wat::parse_str(text).or_else(|error| refused(message(&error.to_string()))),
        Err(error) => refused(format!(
            "it is not encoded in UTF-8, at offset {:#x}: save it so",
            text.len() - unmarked(text).len() + error.valid_up_to()
        )),
    }
}

fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

fn other_encoding(text: &[u8]) -> Option<&'static str> {
    OTHER_ENCODINGS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, encoding)| *encoding)
}

/// The parser's message, with its place in a file `<anon>` rewritten. The line of the text that it shows is left out
/// if it is too long to read.
fn message(problem: &str) -> String {
    let is_short = problem.lines().all(|line| line.chars().count() <= MOST_CHARACTERS);
    let lines = problem.lines().take(if is_short { usize::MAX } else { 2 });
    let lines: Vec<String> = lines.map(|line| placed(line).chars().take(MOST_CHARACTERS).collect()).collect();
    lines.join("\n")
}

/// A line with its place as `line 1, column 2`.
fn placed(line: &str) -> String {
    let place = || {
        let (before, place) = line.rsplit_once("<anon>:")?;
        let (row, column) = place.split_once(':')?;
        let are_numbers = row.parse::<u64>().is_ok() && column.parse::<u64>().is_ok();
        are_numbers.then(|| format!("{before}line {row}, column {column}"))
    };
    place().unwrap_or_else(|| line.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &[u8]) -> String {
        binary(text).unwrap_err().to_string()
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let marked = b"\xef\xbb\xbf ;; comment\n(module)";
        assert!(is_text(marked));
        assert_eq!(binary(marked).unwrap(), wat::parse_str("(module)").unwrap());
    }

    #[test]
    fn other_encodings_are_named() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for text in [utf_16("\u{feff}(module)"), utf_16("(module)")] {
            assert!(is_text(&text));
            assert!(refusal(&text).ends_with("encoded in UTF-16: save it as UTF-8"), "{}", refusal(&text));
        }
        let big: Vec<u8> = "\u{feff};; x".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(is_text(&big) && refusal(&big).contains("UTF-16"));
        assert!(refusal(b"\xff\xfe\0\0(\0\0\0").contains("UTF-32"));
        assert!(refusal(b"(module) ;; caf\xe9").contains("not encoded in UTF-8, at offset 0xf"));
        assert!(!is_text(b"\0asm\x01\0\0\0") && !is_text(b"\xef\xbb\xbf") && !is_text(b""));
    }

    /// The place is rewritten, even if the line that is shown contains the same characters.
    #[test]
    fn the_place_is_in_words() {
        assert!(refusal(b"(module\n (func $a nop2))").contains("--> line 2, column 11\n"));
        let shown = refusal(b"(module (func $x \"<anon>:1:2\"");
        assert!(shown.contains("--> line 1, column 18") && shown.contains("\"<anon>:1:2\""), "{shown}");
        let long = format!("(module {}(func i32.cons))", " ".repeat(600));
        assert!(refusal(long.as_bytes()).ends_with("at line 1, column 615"), "{}", refusal(long.as_bytes()));
    }

    /// The text format is that of wasmtime 48's own parser: later ones know no `versionsuffix` of a component's import.
    #[test]
    fn the_text_format_is_wasmtime_s() {
        let text = "(component (import \"a:b/c@1.0\" (versionsuffix \".2\") (instance)))";
        binary(text.as_bytes()).unwrap();
    }
}
