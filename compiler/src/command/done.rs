//! What came of a job.

use crate::job::Job;
use crate::message::{Cache, ChosenBy, Message, TimingsNs};
use precompile::artifact::{escaped_path, trailer};
use precompile::{Backend, Chosen, Compiled, Target, Written};
use std::time::Duration;

/// What came of a job.
pub(crate) struct Done {
    pub(crate) backend: Backend,
    pub(crate) target: Target,
    pub(crate) origin: Origin,
    /// The backend that another stood in for, and why.
    pub(crate) fallback_from: Option<(Backend, String)>,
    pub(crate) artifact_bytes: u64,
    pub(crate) written: Written,
    pub(crate) phases: Phases,
    /// Why it wasn't in the cache, for people, where that was asked.
    pub(crate) missed: Option<String>,
}

/// Where an artifact came from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The compiler; and whether the cache was asked.
    Compiled { stored: bool },
    /// The cache, or it was in place already.
    Found { cost_ns: u64 },
}

/// How long each phase took.
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
    /// Those of a compilation.
    pub(crate) fn of(compiled: &Compiled) -> Phases {
        let timings = compiled.timings;
        Phases { scan: timings.scan, compile: timings.compile, finish: timings.finish, ..Phases::default() }
    }

    fn each(&self) -> [(&'static str, Duration); 5] {
        let Phases { read, scan, compile, finish, write } = *self;
        [("read", read), ("scan", scan), ("compile", compile), ("finish", finish), ("write", write)]
    }
}

impl Done {
    /// The report for programs.
    pub(crate) fn message<'a>(&'a self, job: &'a Job, timings: bool) -> Message<'a> {
        let Phases { read, scan, compile, finish, write } = self.phases;
        let (cache, saved_ns) = match self.origin {
            Origin::Compiled { stored: true } => (Cache::Miss, None),
            Origin::Compiled { stored: false } => (Cache::Off, None),
            Origin::Found { cost_ns } => (Cache::Hit, Some(cost_ns)),
        };
        Message::Compiled {
            input: &job.input.path,
            output: &job.output.path,
            backend: self.backend,
            target: self.target.to_string(),
            cache,
            compile_ns: nanoseconds(compile),
            artifact_bytes: self.artifact_bytes,
            fallback_from: self.fallback_from.as_ref().map(|(_, reason)| reason.as_str()),
            chosen: job.chosen.as_ref().map(ChosenBy::from),
            saved_ns,
            timings: timings.then(|| TimingsNs {
                read_ns: nanoseconds(read),
                scan_ns: nanoseconds(scan),
                compile_ns: nanoseconds(compile),
                finish_ns: nanoseconds(finish),
                write_ns: nanoseconds(write),
            }),
        }
    }

    /// The report for people.
    pub(crate) fn text(&self, job: &Job, timings: bool, verbose: bool) -> String {
        let total: Duration = self.phases.each().iter().map(|(_, time)| *time).sum();
        let (verb, place) = match self.origin {
            Origin::Compiled { .. } => ("compiled", ""),
            Origin::Found { .. } => ("found", " in the cache"),
        };
        let mut text = format!(
            "{verb} `{}` with {} for {}{place} in {:.2} s: `{}`, {} bytes",
            escaped_path(&job.input.path),
            self.backend,
            self.target,
            total.as_secs_f64(),
            escaped_path(&job.output.path),
            self.artifact_bytes,
        );
        if self.written == Written::Unchanged {
            text += ", unchanged";
        }
        if let Some(chosen) = &job.chosen {
            text += &format!("\n  {}", chosen_for(chosen));
        }
        if let Some((backend, reason)) = &self.fallback_from {
            text += &format!("\n  instead of {backend}: {reason}");
        }
        if let Some(missed) = &self.missed {
            text += &format!("\n  {missed}");
        }
        if timings {
            let phases = self.phases.each();
            let phases = phases.map(|(name, time)| format!("{name} {:.1} ms", time.as_secs_f64() * 1e3));
            text += &format!("\n  {}", phases.join(", "));
        }
        if verbose && !job.output.is_standard() && job.output.path.is_file() {
            text += &manifest(&job.output.path).unwrap_or_default();
        }
        text
    }
}

/// By what a backend was chosen.
fn chosen_for(chosen: &Chosen) -> String {
    let expected =
        chosen.expected_s.iter().map(|(backend, seconds)| format!("{seconds:.2} s with {backend}"));
    let expected: Vec<_> = expected.collect();
    let why = match &expected[..] {
        [only] => format!("{only}, the only one that these options allow"),
        _ => expected.join(", "),
    };
    let s = if chosen.runs == 1 { "" } else { "s" };
    format!(
        "{} was chosen for {} run{s}: compiling and running are expected to take {why}",
        chosen.backend, chosen.runs
    )
}

/// What the artifact says of itself.
fn manifest(path: &std::path::Path) -> Option<String> {
    let manifest = trailer::read_unverified(&std::fs::read(path).ok()?).ok()?.manifest;
    let mut text = format!("\n  uses {}", manifest.features_used.join(", "));
    text += &format!("\n  stamped {}", manifest.features_stamped.join(", "));
    text += &format!("\n  platform {}", manifest.platform);
    if !manifest.cpu_features.is_empty() {
        text += &format!(", CPU features {}", manifest.cpu_features.join(", "));
    }
    Some(text)
}

/// What a field of JSON holds.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
