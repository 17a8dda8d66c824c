//! A component with the requests that it answers.

use super::guest::Guest;
use std::sync::Arc;

/// A component with the requests that it answers.
pub(super) struct Site {
    /// The host, in lower case and without a port; `None` for all.
    pub(super) host: Option<String>,
    /// The beginning of the paths, without a slash at its end.
    pub(super) path: String,
    /// The name for logs and metrics.
    pub(super) name: String,
    pub(super) guest: Arc<Guest>,
}
