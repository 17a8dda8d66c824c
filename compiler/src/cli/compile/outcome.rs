//! The outcome of a job.

use crate::compile::digests::Digests;
use precompile::{Backend, Compiled, Manifest, Target, Written};
use std::time::Duration;

/// The outcome of a job.
pub(crate) struct JobOutcome {
    pub(crate) backend: Backend,
    pub(crate) target: Target,
    pub(crate) origin: Origin,
    /// The backend that another one replaced, and why.
    pub(crate) fallback_from: Option<(Backend, String)>,
    pub(crate) artifact_bytes: u64,
    /// The manifest of what was compiled now.
    pub(crate) manifest: Option<Box<Manifest>>,
    pub(crate) written: Written,
    pub(crate) phases: Phases,
    /// The cause of the cache miss, for people, where it was asked for.
    pub(crate) cache_miss: Option<String>,
    /// The digests for the provenance, where it was asked for.
    pub(crate) digests: Option<Digests>,
    /// A worker of a build farm compiled it.
    pub(crate) by_farm: bool,
}

/// The origin of an artifact.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The compiler; `stored` where the cache was in use.
    Compiled { stored: bool },
    /// The cache, or the output itself, which was in place.
    Found { cost_ns: u64 },
}

/// The time that each phase took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Phases {
    /// Reading the input, and asking the cache.
    pub(crate) read: Duration,
    pub(crate) scan: Duration,
    pub(crate) compile: Duration,
    pub(crate) finish: Duration,
    pub(crate) write: Duration,
}

impl Phases {
    /// The phases of a compilation.
    pub(crate) fn of(compiled: &Compiled) -> Phases {
        let timings = compiled.timings;
        Phases { scan: timings.scan, compile: timings.compile, finish: timings.finish, ..Phases::default() }
    }

    /// Each phase with its name.
    pub(crate) fn each(&self) -> [(&'static str, Duration); 5] {
        let Phases { read, scan, compile, finish, write } = *self;
        [("read", read), ("scan", scan), ("compile", compile), ("finish", finish), ("write", write)]
    }
}
