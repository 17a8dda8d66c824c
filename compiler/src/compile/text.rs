//! Modules in text form.

/// Whether this is no binary, but a text: it starts with a parenthesis or a comment.
pub(crate) fn is_text(module: &[u8]) -> bool {
    matches!(module.trim_ascii_start(), [b'(' | b';', ..])
}
