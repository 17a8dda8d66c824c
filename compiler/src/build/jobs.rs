//! How many threads may compile.

use crate::trusted::jobserver;
use jobserver::Acquired;

/// Threads that may compile at once, until this is dropped.
pub(super) struct Jobs {
    /// Beyond the one that every script has; `None` where nobody counts them.
    more: Option<Vec<Acquired>>,
}

impl Jobs {
    /// Takes what cargo's jobserver has to give at once, and no more than `wanted`.
    pub(super) fn acquire(wanted: usize) -> Jobs {
        let tokens = |server: &jobserver::Client| {
            // It is no error where a server can't be asked without waiting: one thread there is.
            std::iter::from_fn(|| server.try_acquire().ok().flatten())
                .take(wanted.saturating_sub(1))
                .collect()
        };
        Jobs { more: jobserver().map(tokens) }
    }

    /// Their number; `None` for as many as there are cores.
    pub(super) fn count(&self) -> Option<usize> {
        self.more.as_ref().map(|more| 1 + more.len())
    }
}
