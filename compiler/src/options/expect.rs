//! What a user expects of a module.

use std::time::Duration;

/// How long a run takes of which nothing is known: between a small tool's and a renderer's. What is right for one
/// use of a module is wrong for another: `reports/auto-backend.md` shows by how much, and what it gains to say it.
pub const DEFAULT_RUN_TIME: Duration = Duration::from_millis(50);

/// What a user expects of a module, by which a backend is chosen for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expect {
    /// The number of times that it is run for each time that it is compiled.
    pub runs: u64,
    /// How long a run takes, compiled by Cranelift.
    pub run_time: Duration,
}

impl Expect {
    /// So many runs, of [`DEFAULT_RUN_TIME`] each.
    pub fn runs(runs: u64) -> Expect {
        Expect { runs, run_time: DEFAULT_RUN_TIME }
    }
}
