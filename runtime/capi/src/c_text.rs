//! Texts for C.

use std::ffi::CString;

/// A text for C, whose texts end at a zero: zeros within it are replaced.
pub(crate) fn c_text(text: &str) -> CString {
    let whole = text.replace('\0', "\u{fffd}");
    CString::new(whole).unwrap_or_default()
}
