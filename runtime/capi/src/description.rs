//! A description as JSON.

#[cfg(feature = "describe")]
use crate::c_text::c_text;
use serde::Serialize;
use std::ffi::{CString, c_char};
#[cfg(not(feature = "describe"))]
use std::ptr;
use std::sync::OnceLock;

/// A description as JSON, which is made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Description(OnceLock<CString>);

impl Description {
    /// The description of a thing, for C. It is there as long as this is. Null in a build without the feature `describe`.
    pub(crate) fn of<T: Serialize>(&self, thing: impl FnOnce() -> T) -> *const c_char {
        #[cfg(feature = "describe")]
        return self.0.get_or_init(|| c_text(&serde_json::to_string(&thing()).unwrap_or_default())).as_ptr();
        #[cfg(not(feature = "describe"))]
        return {
            let _ = (&self.0, thing);
            ptr::null()
        };
    }
}
