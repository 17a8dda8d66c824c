//! The requests of a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The requests of a connection.
#[derive(Default)]
pub(super) struct Requests {
    begun: AtomicU32,
    /// Those whose answers aren't whole.
    open: AtomicU32,
}

/// The state of a connection.
pub(super) enum State {
    /// No request has come.
    None,
    /// An answer isn't whole.
    Open,
    /// All answers are whole; the last bytes may be under way.
    Answered,
}

/// A request, until its answer is whole.
pub(super) struct OpenRequest(Arc<Requests>);

impl Requests {
    /// Begins a request.
    pub(super) fn begin(self: &Arc<Requests>) -> OpenRequest {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenRequest(Arc::clone(self))
    }

    pub(super) fn state(&self) -> State {
        match (self.begun.load(Ordering::Relaxed), self.open.load(Ordering::Relaxed)) {
            (0, _) => State::None,
            (_, 0) => State::Answered,
            _ => State::Open,
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
