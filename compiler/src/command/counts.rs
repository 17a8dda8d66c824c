//! The outcomes of all jobs, counted.

use crate::done::{Done, Origin};
use precompile::Written;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of artifacts of each outcome.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Counts {
    compiled: AtomicU64,
    /// In the cache.
    found: AtomicU64,
    /// As they were before.
    in_place: AtomicU64,
    failed: AtomicU64,
}

impl Counts {
    pub(crate) fn done(&self, done: &Done) {
        let count = match (&done.origin, done.written) {
            (Origin::Compiled { .. }, _) => &self.compiled,
            (Origin::Found { .. }, Written::Unchanged) => &self.in_place,
            (Origin::Found { .. }, _) => &self.found,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, count: usize) {
        self.failed.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// For people: those that there are.
    pub(crate) fn text(&self) -> String {
        let counts = [
            (&self.compiled, "compiled"),
            (&self.found, "found in the cache"),
            (&self.in_place, "in place"),
            (&self.failed, "failed"),
        ];
        let counts = counts.map(|(count, name)| (count.load(Ordering::Relaxed), name));
        let all: u64 = counts.iter().map(|(count, _)| count).sum();
        let parts =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
        format!("of {all} artifacts: {}", parts.collect::<Vec<_>>().join(", "))
    }
}
