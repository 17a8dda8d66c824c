//! What came of a compilation.

use crate::compile::error::CompileError;
use crate::options::target::Target;
use precompile_artifact::Backend;
use std::time::{Duration, Instant};

/// What came of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The artifact, to be written to a file.
    pub artifact: Vec<u8>,
    /// The backend that compiled it: the fallback's, where that stepped in.
    pub backend: Backend,
    /// The target that it is for.
    pub target: Target,
    /// What the backend that was asked for can't do, where a fallback stepped in.
    pub fallback_from: Option<Box<CompileError>>,
    /// How long each phase took.
    pub timings: Timings,
}

/// How long each phase of a compilation took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// Finding out what the module needs.
    pub scan: Duration,
    /// The backend.
    pub compile: Duration,
    /// Restamping, and making the trailer.
    pub finish: Duration,
}

impl Timings {
    /// All phases together.
    pub fn total(&self) -> Duration {
        let Timings { scan, compile, finish } = *self;
        scan + compile + finish
    }
}

/// Measures one phase after the other.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts the first lap.
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The time since the last lap, or the start.
    pub(crate) fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}
