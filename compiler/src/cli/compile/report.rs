//! The report of a job's outcome, for programs and for people.

use crate::compile::job::Job;
use crate::compile::outcome::{JobOutcome, Origin, Phases};
use crate::message::{Cache, ChosenBy, Message, TimingsNs, nanoseconds};
use crate::units::{milliseconds, seconds};
use precompile::artifact::{escaped_path, trailer};
use precompile::{Chosen, Manifest, Written};
use std::path::Path;
use std::time::Duration;

impl JobOutcome {
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
            signed_by: job.signatures.signer().map(|key| key.to_string()),
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
            Origin::Compiled { .. } if self.by_farm => ("compiled", " by the build farm"),
            Origin::Compiled { .. } => ("compiled", ""),
            Origin::Found { .. } => ("found", " in the cache"),
        };
        let of = if job.output.fat.is_some() { "a slice of " } else { "" };
        let mut text = format!(
            "{verb} `{}` with {} for {}{place} in {}: {of}`{}`, {} bytes",
            escaped_path(&job.input.path),
            self.backend,
            self.target,
            seconds(total.as_secs_f64()),
            escaped_path(&job.output.path),
            self.artifact_bytes,
        );
        if let Some(key) = job.signatures.signer() {
            text += &format!(", signed with the key {key}");
        }
        if self.written == Written::Unchanged {
            text += ", unchanged";
        }
        if let Some(chosen) = &job.chosen {
            text += &format!("\n  {}", choice(chosen));
        }
        if let Some((backend, reason)) = &self.fallback_from {
            text += &format!("\n  instead of {backend}: {reason}");
        }
        if let Some(cache_miss) = &self.cache_miss {
            text += &format!("\n  {cache_miss}");
        }
        if timings {
            let phases = self.phases.each();
            let phases = phases.map(|(name, time)| format!("{name} {}", milliseconds(time)));
            text += &format!("\n  {}", phases.join(", "));
        }
        if verbose && !job.output.is_standard() {
            let found = || read_manifest(&job.output.path).map(Box::new);
            text += &self.manifest.clone().or_else(found).map_or_else(String::new, |it| described(&it));
        }
        text
    }
}

/// The figures by which a backend was chosen.
fn choice(chosen: &Chosen) -> String {
    let expected =
        chosen.expected_s.iter().map(|(backend, time)| format!("{} with {backend}", seconds(*time)));
    let expected: Vec<_> = expected.collect();
    let times = match &expected[..] {
        [only] => format!("{only}, the only one that these options allow"),
        _ => expected.join(", "),
    };
    let s = if chosen.runs == 1 { "" } else { "s" };
    format!(
        "{} was chosen for {} run{s}: compiling and running are expected to take {times}",
        chosen.backend, chosen.runs
    )
}

/// The manifest in a file.
fn read_manifest(path: &Path) -> Option<Manifest> {
    let bytes = path.is_file().then(|| std::fs::read(path).ok())??;
    Some(trailer::read_unverified(&bytes).ok()?.manifest)
}

/// The features, the platform and the CPU features in a manifest.
fn described(manifest: &Manifest) -> String {
    let mut text = format!("\n  uses {}", manifest.features_used.join(", "));
    text += &format!("\n  stamped {}", manifest.features_stamped.join(", "));
    text += &format!("\n  platform {}", manifest.platform);
    if !manifest.cpu_features.is_empty() {
        text += &format!(", CPU features {}", manifest.cpu_features.join(", "));
    }
    text
}
