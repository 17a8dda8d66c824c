//! Errors.

use crate::c_text::c_text;
use crate::failure::Failure;
use std::ffi::{CString, c_char};
use std::ptr;

/// An error: what went wrong, and every reason of it. Functions that can fail return one, or NULL if they worked.
///
/// Threads: any number of threads may read an error at once.
#[derive(Debug)]
pub struct precompile_error_t {
    message: CString,
    json: CString,
}

impl precompile_error_t {
    pub(super) fn new(failure: &Failure) -> precompile_error_t {
        let json = serde_json::to_string(failure).unwrap_or_default();
        precompile_error_t { message: c_text(&failure.message), json: c_text(&json) }
    }
}

/// Returns the text of an error, for people. Where there are several reasons, each is a line of its own with its remedy.
/// In a build without the feature `messages`, reasons are their numbers. Characters that control a terminal are escaped.
///
/// Ownership: the text is the error's, and is there until that is deleted.
///
/// @param error   the error
/// @return        NULL if `error` is NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_error_message(error: Option<&precompile_error_t>) -> *const c_char {
    error.map_or(ptr::null(), |error| error.message.as_ptr())
}

/// Returns an error as JSON, for programs: an object with the text, `message`, and a list `reasons`. Each reason has a
/// number, `code`, that `precompile explain --code` explains. Where an artifact doesn't fit, it also has the `field` of
/// the artifact, its `artifact_value`, the `host_value` and a `remedy`, which are empty without the feature `messages`. A
/// function that was called in a wrong way has no reasons.
///
/// Ownership: the text is the error's, and is there until that is deleted.
///
/// @param error   the error
/// @return        NULL if `error` is NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_error_json(error: Option<&precompile_error_t>) -> *const c_char {
    error.map_or(ptr::null(), |error| error.json.as_ptr())
}

/// Deletes an error.
///
/// @param error   the error, which must not be used afterwards, nor deleted again; nothing is done for NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_error_delete(error: Option<Box<precompile_error_t>>) {
    drop(error);
}
