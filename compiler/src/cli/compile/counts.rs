//! The outcomes of all jobs, counted.

use crate::compile::outcome::{JobOutcome, Origin};
use crate::message::Counts;
use precompile::Written;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters of outcomes, which threads share.
#[derive(Default)]
pub(crate) struct Counters {
    compiled: AtomicU64,
    by_farm: AtomicU64,
    found: AtomicU64,
    in_place: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    /// Counts an artifact.
    pub(crate) fn add(&self, outcome: &JobOutcome) {
        let count = match (&outcome.origin, outcome.written) {
            (Origin::Compiled { .. }, _) => &self.compiled,
            (Origin::Found { .. }, Written::Unchanged) => &self.in_place,
            (Origin::Found { .. }, _) => &self.found,
        };
        count.fetch_add(1, Relaxed);
        self.by_farm.fetch_add(outcome.by_farm.into(), Relaxed);
    }

    /// Counts failures.
    pub(crate) fn add_failed(&self, count: usize) {
        self.failed.fetch_add(count as u64, Relaxed);
    }

    /// The counts so far.
    pub(crate) fn counts(&self) -> Counts {
        let [compiled, by_farm, found, in_place, failed] =
            [&self.compiled, &self.by_farm, &self.found, &self.in_place, &self.failed]
                .map(|count| count.load(Relaxed));
        Counts { compiled, by_farm, found, in_place, failed }
    }
}

impl Counts {
    /// The counts for people, but for those that are 0.
    pub(crate) fn text(self) -> String {
        let Counts { compiled, by_farm, found, in_place, failed } = self;
        let of_them = format!("compiled, {by_farm} of them by the build farm");
        let counts = [
            (compiled, if by_farm > 0 { &of_them } else { "compiled" }),
            (found, "found in the cache"),
            (in_place, "in place"),
            (failed, "failed"),
        ];
        let total: u64 = counts.iter().map(|(count, _)| count).sum();
        let parts =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
        format!("of {total} artifacts: {}", parts.collect::<Vec<_>>().join(", "))
    }
}
