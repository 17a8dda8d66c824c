//! A flag for the end of a scope.

use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that is set when this is dropped, also by an assertion that fails. A thread that only the flag ends would
/// otherwise run on, and the scope wait for it for ever.
pub struct SetAtEnd<'a>(pub &'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
