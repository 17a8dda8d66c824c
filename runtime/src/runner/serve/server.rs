//! The parts of the server that requests share.

use super::access_log::AccessLog;
use super::line_writer::LineWriter;
use super::metrics::Metrics;
use super::sites::Sites;
use super::slots::Slots;
use crate::serve_options::ServeOptions;
use std::sync::Arc;
use std::time::Duration;

/// The parts of the server that requests share.
pub(super) struct Server {
    pub(super) options: Arc<ServeOptions>,
    pub(super) sites: Sites,
    pub(super) slots: Arc<Slots>,
    pub(super) metrics: Metrics,
    pub(super) log: AccessLog,
    /// The lines about requests on standard error.
    pub(super) errors: LineWriter,
}

/// The requests that an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Guests, and health and metrics unless these have an address of their own.
    Guests,
    /// Health and metrics.
    Admin,
}

impl Server {
    /// Waits until the lines so far are written, but not for ever.
    pub(super) async fn flush(&self) {
        tokio::join!(self.log.flush(), self.errors.flush());
    }

    /// The longest time of a request; `None` where one may take any time.
    pub(super) fn longest(&self) -> Option<Duration> {
        let times = self.sites.all().iter().map(|site| site.guest.args().limits.timeout);
        times.reduce(|a, b| Some(a?.max(b?))).flatten()
    }
}
