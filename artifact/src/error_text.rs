//! Texts of errors, which a build without the feature `messages` leaves out.

use alloc::string::String;
use core::fmt::{Display, Formatter, Result};

/// A part of an error in words. Without this crate's feature `messages` it has none, and takes no space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    #[cfg(feature = "messages")]
    text: String,
}

impl ErrorText {
    /// ErrorText that are only put together where there are any.
    #[inline(always)]
    pub fn new(text: impl FnOnce() -> String) -> ErrorText {
        #[cfg(feature = "messages")]
        return ErrorText { text: text() };
        #[cfg(not(feature = "messages"))]
        return {
            let _ = text;
            ErrorText {}
        };
    }

    /// The text; empty without the feature `messages`.
    pub fn as_str(&self) -> &str {
        #[cfg(feature = "messages")]
        return &self.text;
        #[cfg(not(feature = "messages"))]
        return "";
    }
}

impl Display for ErrorText {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.as_str())
    }
}
