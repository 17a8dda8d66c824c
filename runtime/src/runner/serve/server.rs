//! The parts of the server that requests share.

use super::access_log::AccessLog;
use super::metrics::Metrics;
use super::sites::Sites;
use super::slots::Slots;
use crate::serve_options::ServeOptions;
use std::sync::Arc;

/// The parts of the server that requests share.
pub(super) struct Server {
    pub(super) options: Arc<ServeOptions>,
    pub(super) sites: Sites,
    pub(super) slots: Arc<Slots>,
    pub(super) metrics: Metrics,
    pub(super) log: AccessLog,
}

/// The requests that an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Guests, and health and metrics unless these have an address of their own.
    Guests,
    /// Health and metrics.
    Admin,
}
