//! The expected use of a module.

use std::time::Duration;

/// The run time that is assumed if none is given: between a small tool's and a renderer's. It may be wrong for a use
/// of a module: `reports/auto-backend.md` shows by how much, and the gain of naming the run time.
pub const DEFAULT_RUN_TIME: Duration = Duration::from_millis(50);

/// The expected use of a module, by which a backend is chosen for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expect {
    /// The number of runs for each compilation.
    pub runs: u64,
    /// The time of a run, compiled by Cranelift.
    pub run_time: Duration,
}

impl Expect {
    /// A number of runs, of [`DEFAULT_RUN_TIME`] each.
    pub fn runs(runs: u64) -> Expect {
        Expect { runs, run_time: DEFAULT_RUN_TIME }
    }
}
