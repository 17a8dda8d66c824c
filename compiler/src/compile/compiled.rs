//! The result of a compilation.

use crate::compile::error::CompileError;
use crate::options::target::Target;
use precompile_artifact::{Backend, Manifest};
use std::time::{Duration, Instant};

/// The result of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The artifact, to be written to a file.
    pub artifact: Vec<u8>,
    /// The manifest in the artifact.
    pub manifest: Box<Manifest>,
    /// The backend that compiled it: the fallback's, if one was used.
    pub backend: Backend,
    /// The target.
    pub target: Target,
    /// The error of the requested backend, if a fallback was used.
    pub fallback_from: Option<Box<CompileError>>,
    /// The time of each phase.
    pub timings: Timings,
}

/// The time of each phase of a compilation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// The scan for the features that the module uses.
    pub scan: Duration,
    /// The backend.
    pub compile: Duration,
    /// Restamping and the trailer.
    pub finish: Duration,
}

impl Timings {
    /// All phases together.
    pub fn total(&self) -> Duration {
        let Timings { scan, compile, finish } = *self;
        scan + compile + finish
    }
}

/// A stopwatch that measures one phase after the other.
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
