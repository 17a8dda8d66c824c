//! The number of threads that may compile.

use crate::trusted::jobserver;
use jobserver::Acquired;

/// Threads that may compile at once, until `Jobs` is dropped.
pub(super) struct Jobs {
    /// The threads beyond the one that every script has; `None` without a jobserver.
    more: Option<Vec<Acquired>>,
}

impl Jobs {
    /// Takes the tokens that cargo's jobserver gives without waiting, for at most `wanted` threads.
    pub(super) fn acquire(wanted: usize) -> Jobs {
        let tokens = |server: &jobserver::Client| {
            // A server that can't be asked without waiting is no error: one thread is always allowed.
            std::iter::from_fn(|| server.try_acquire().ok().flatten())
                .take(wanted.saturating_sub(1))
                .collect()
        };
        Jobs { more: jobserver().map(tokens) }
    }

    /// The number of threads; `None` for one on each core.
    pub(super) fn count(&self) -> Option<usize> {
        self.more.as_ref().map(|more| 1 + more.len())
    }
}
