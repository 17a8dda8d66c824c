//! One module, compiled for one target.

use crate::inputs::{Input, STANDARD};
use crate::interrupt;
use crate::message::{Cache, Message, TimingsNs, print_bytes};
use anyhow::anyhow;
use precompile::artifact::Host;
use precompile::artifact::mismatch::mismatches;
use precompile::artifact::trailer;
use precompile::{Backend, Compiled, Options, PairError, Written, compile, write};
use std::io::{Read, stdin};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A module to compile for a target.
pub(crate) struct Job {
    pub(crate) input: Input,
    pub(crate) options: Options,
    /// Why another backend stands in for the one that was asked for, whatever the input.
    pub(crate) refusal: Option<PairError>,
    pub(crate) output: Output,
    /// What the artifact must fit.
    pub(crate) host: Option<Host>,
    /// Its place in the order in which the user named the inputs.
    pub(crate) order: usize,
}

/// Where an artifact goes.
pub(crate) struct Output {
    /// A path, or [`STANDARD`].
    pub(crate) path: PathBuf,
    /// Whether folders on the way are made: those below an output folder, not those of `-o`.
    pub(crate) make_folders: bool,
}

impl Output {
    /// Whether it is standard output.
    pub(crate) fn is_standard(&self) -> bool {
        self.path == Path::new(STANDARD)
    }
}

/// Why a job failed, for people.
pub(crate) struct Failed(pub(crate) String);

/// What came of a job.
pub(crate) struct Done {
    compiled: Compiled,
    written: Written,
    read: Duration,
    write: Duration,
}

impl Job {
    /// Reads, compiles and writes.
    pub(crate) fn run(&self) -> Result<Done, Failed> {
        let failed = |error: anyhow::Error| Failed(format!("{error:#}"));
        match catch_unwind(AssertUnwindSafe(|| self.try_run())) {
            Ok(result) => result.map_err(failed),
            Err(_) => Err(Failed("precompile has a bug and gave up on it; nothing was written".into())),
        }
    }

    fn try_run(&self) -> anyhow::Result<Done> {
        let start = Instant::now();
        let wasm = self.read()?;
        let read = start.elapsed();
        let compiled = compile(&self.options, &wasm).map_err(|error| match &self.refuses_cranelift() {
            true if error.is_limit() => anyhow!("{error}; but the host accepts no code of cranelift's"),
            _ => error.into(),
        })?;
        if let Some(host) = &self.host {
            let manifest = trailer::read_unverified(&compiled.artifact)?.manifest;
            let mismatches = mismatches(&manifest, host);
            let reasons: Vec<_> = mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect();
            anyhow::ensure!(reasons.is_empty(), "it would not fit the host:{}", reasons.concat());
        }
        let start = Instant::now();
        let written = self.write(&compiled.artifact)?;
        Ok(Done { compiled, written, read, write: start.elapsed() })
    }

    /// Whether a way out that names Cranelift leads nowhere.
    fn refuses_cranelift(&self) -> bool {
        let accepted = self.host.as_ref().and_then(|host| host.policy.backends.as_ref());
        accepted.is_some_and(|accepted| !accepted.contains(&Backend::Cranelift))
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        if !self.input.is_standard() {
            return Ok(fs_err::read(&self.input.path)?);
        }
        let mut wasm = Vec::new();
        stdin().lock().read_to_end(&mut wasm)?;
        Ok(wasm)
    }

    fn write(&self, artifact: &[u8]) -> anyhow::Result<Written> {
        if self.output.is_standard() {
            print_bytes(artifact)?;
            return Ok(Written::New);
        }
        let _guard = interrupt::hold_off();
        if let Some(folder) = self.output.path.parent().filter(|_| self.output.make_folders) {
            fs_err::create_dir_all(folder)?;
        }
        Ok(write(&self.output.path, artifact, &self.input.path)?)
    }
}

impl Done {
    /// The report for programs.
    pub(crate) fn message<'a>(&self, job: &'a Job, timings: bool) -> Message<'a> {
        let Done { compiled, .. } = self;
        Message::Compiled {
            input: &job.input.path,
            output: &job.output.path,
            backend: compiled.backend,
            target: compiled.target.to_string(),
            cache: Cache::Off,
            compile_ns: nanoseconds(compiled.timings.compile),
            artifact_bytes: compiled.artifact.len() as u64,
            fallback_from: self.instead(job).map(|(_, reason)| reason),
            timings: timings.then(|| TimingsNs {
                read_ns: nanoseconds(self.read),
                scan_ns: nanoseconds(compiled.timings.scan),
                compile_ns: nanoseconds(compiled.timings.compile),
                finish_ns: nanoseconds(compiled.timings.finish),
                write_ns: nanoseconds(self.write),
            }),
        }
    }

    /// The backend that another stood in for, and why.
    fn instead(&self, job: &Job) -> Option<(Backend, String)> {
        let refusal = job.refusal.as_ref().map(|refusal| (Backend::Winch, refusal.to_string()));
        let limit = self.compiled.fallback_from.as_ref();
        refusal.or_else(|| Some((job.options.backend, limit?.to_string())))
    }

    /// The report for people.
    pub(crate) fn text(&self, job: &Job, timings: bool, verbose: bool) -> String {
        let Done { compiled, written, .. } = self;
        let timing = compiled.timings;
        let total = self.read + timing.scan + timing.compile + timing.finish + self.write;
        let mut text = format!(
            "compiled `{}` with {} for {} in {:.2} s: `{}`, {} bytes",
            job.input.path.display(),
            compiled.backend,
            compiled.target,
            total.as_secs_f64(),
            job.output.path.display(),
            compiled.artifact.len(),
        );
        if *written == Written::Unchanged {
            text += ", unchanged";
        }
        if let Some((backend, reason)) = self.instead(job) {
            text += &format!("\n  instead of {backend}: {reason}");
        }
        if timings {
            let phases = [
                ("read", self.read),
                ("scan", timing.scan),
                ("compile", timing.compile),
                ("finish", timing.finish),
                ("write", self.write),
            ];
            let phases = phases.map(|(name, time)| format!("{name} {:.1} ms", time.as_secs_f64() * 1e3));
            text += &format!("\n  {}", phases.join(", "));
        }
        if verbose && let Ok(trailer) = trailer::read_unverified(&compiled.artifact) {
            let manifest = trailer.manifest;
            text += &format!("\n  uses {}", manifest.features_used.join(", "));
            text += &format!("\n  stamped {}", manifest.features_stamped.join(", "));
            text += &format!("\n  platform {}", manifest.platform);
            if !manifest.cpu_features.is_empty() {
                text += &format!(", CPU features {}", manifest.cpu_features.join(", "));
            }
        }
        text
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
