//! The values that C passes by pointers.

use super::error::precompile_error_t;
use crate::failure::Failure;
use std::ffi::{CStr, c_char};
use std::path::Path;
use std::slice;

/// The result of a function, for C: null if it worked.
pub(super) fn answer(function: impl FnOnce() -> Result<(), Failure>) -> Option<Box<precompile_error_t>> {
    function().err().map(|failure| Box::new(precompile_error_t::new(&failure)))
}

/// The value behind a pointer that must not be null.
pub(super) fn given<T>(pointer: Option<T>, name: &str) -> Result<T, Failure> {
    pointer.ok_or_else(|| Failure::usage(format!("`{name}` is null")))
}

/// A text, or `None` for a null pointer.
///
/// # Safety
///
/// The pointer is null or points to a text that ends with a zero and doesn't change while it is used.
pub(super) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises the same.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|_| Failure::usage(format!("`{name}` is not UTF-8")))
}

/// The path of a file.
///
/// # Safety
///
/// As [`text`].
pub(super) unsafe fn path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path, Failure> {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let pointer = given((!pointer.is_null()).then_some(pointer), name)?;
        // SAFETY: the caller promises the same.
        let path = unsafe { CStr::from_ptr(pointer) };
        Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
    }
    #[cfg(not(unix))]
    {
        // SAFETY: the caller promises the same.
        given(unsafe { text(pointer, name) }?, name).map(Path::new)
    }
}

/// Bytes; a null pointer is none.
///
/// # Safety
///
/// The pointer is null, or points to so many bytes that don't change while they are used.
pub(super) unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> &'a [u8] {
    match pointer.is_null() || length == 0 {
        true => &[],
        // SAFETY: the caller promises the same.
        false => unsafe { slice::from_raw_parts(pointer, length) },
    }
}
