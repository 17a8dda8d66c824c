//! The end of a guest by a plugin.

use thiserror::Error;

/// The end of a guest by a plugin's function.
#[derive(Debug, Error)]
#[error("the guest ended with the exit code {0}")]
pub(crate) struct Exit(pub(crate) i32);
