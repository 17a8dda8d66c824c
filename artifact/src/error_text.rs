//! Parts of error texts, which builds without the feature `messages` leave out.

use alloc::string::String;
use core::fmt::{Display, Formatter, Result};

/// A part of an error's text. Without this crate's feature `messages` it is empty and takes no space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    #[cfg(feature = "messages")]
    text: String,
}

impl ErrorText {
    /// A text. Without the feature `messages` the closure isn't called, and its code is left out.
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
