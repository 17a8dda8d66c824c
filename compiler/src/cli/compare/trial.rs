//! A trial of one way to compile: compiling, loading, running.

use crate::compare::bounded;
use crate::compare::candidate::Candidate;
use crate::compare::opts::Per;
use crate::compare::summary::Summary;
use crate::message::tell;
use crate::progress::Progress;
use crate::runner::Runner;
use crate::shell_words;
use crate::trust_file;
use anyhow::{Context, Result, bail, ensure};
use precompile::artifact::install::{RUNNER_HINT, full_runner_helps};
use precompile::artifact::mismatch::mismatches;
use precompile::artifact::{Host, escaped_path, trailer};
use precompile::{Destination, Signatures};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use thiserror::Error;

/// The beginning of the commands' error messages.
const ERROR: &str = "error: ";
/// Wasmtime's words before the places of an error in the guest.
const TRACE: &str = "error while executing at wasm backtrace:";
/// The time after which a run is reported to go on.
const PATIENCE: Duration = Duration::from_secs(10);
/// The line before an error's causes.
const CAUSES: &str = "Caused by:";

/// The settings that are the same for all ways to compile.
pub(crate) struct Setup<'a> {
    pub(crate) input: &'a Path,
    /// Further options of `precompile`.
    pub(crate) settings: Vec<String>,
    pub(crate) runner: &'a Runner,
    pub(crate) host: &'a Host,
    /// The runner's arguments before the artifact.
    pub(crate) runner_options: Vec<OsString>,
    pub(crate) arguments: &'a [OsString],
    /// The file that the guest reads as standard input.
    pub(crate) stdin: Option<&'a Path>,
    /// The command that brings an artifact to where the runner finds it, with `{}` for its path.
    pub(crate) send: Option<&'a OsStr>,
    /// The signatures of the artifacts.
    pub(crate) signatures: &'a Signatures,
    /// The number of calls in each measuring process.
    pub(crate) calls: u32,
    /// The time that a run may take.
    pub(crate) timeout: Duration,
    /// The progress bar.
    pub(crate) progress: &'a Progress,
}

/// A way to compile, with its measurements so far.
pub(crate) struct Trial {
    pub(crate) candidate: Candidate,
    pub(crate) artifact: PathBuf,
    pub(crate) measured: Measured,
    /// The reason why the trial is out of the comparison.
    pub(crate) refused: Option<String>,
    /// The reason is that its run didn't end in time.
    pub(crate) timed_out: bool,
    /// The BLAKE3 of the guest's output in the first run.
    pub(crate) printed: Option<blake3::Hash>,
}

/// The measurements, one sample for each round. Times are in seconds.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Measured {
    pub(crate) artifact_bytes: u64,
    /// The time from the start of `precompile` to its end.
    pub(crate) compile_s: Summary,
    /// The processor time of compiling, all cores together.
    pub(crate) compile_cpu_s: Summary,
    pub(crate) compile_memory_bytes: Summary,
    /// The time from the start of the runner to its end.
    pub(crate) process_s: Summary,
    pub(crate) open_and_verify_s: Summary,
    pub(crate) engine_s: Summary,
    pub(crate) deserialize_s: Summary,
    /// The median of each process.
    pub(crate) instantiate_s: Summary,
    pub(crate) first_call_s: Summary,
    /// The median of each process; none where each calls once.
    pub(crate) steady_call_s: Summary,
    pub(crate) run_memory_bytes: Summary,
}

impl Measured {
    /// The time of a run. With `Per::Call`, the first call of a process counts where there was no further one.
    pub(crate) fn run_s(&self, per: Per, is_function: bool) -> Summary {
        let steady = &self.steady_call_s;
        let call_s = if steady.samples().is_empty() { &self.first_call_s } else { steady };
        match (per, is_function) {
            (Per::Process, _) => self.process_s.clone(),
            (Per::Call, true) => call_s.clone(),
            // A command is instantiated for each call.
            (Per::Call, false) => self.instantiate_s.plus(call_s),
        }
    }

    /// Adds the phases of a process.
    fn push(&mut self, phases: &Phases) {
        self.open_and_verify_s.push(seconds(phases.open_and_verify_ns));
        self.engine_s.push(seconds(phases.engine_ns));
        self.deserialize_s.push(seconds(phases.deserialize_ns));
        self.instantiate_s.extend(median(&phases.instantiate_ns));
        self.first_call_s.push(seconds(phases.first_call_ns));
        self.steady_call_s.extend(median(&phases.steady_calls_ns));
        self.run_memory_bytes.extend(phases.peak_memory_bytes.map(|bytes| bytes as f64));
    }
}

/// The output of `precompile-run --measure`.
#[derive(Deserialize)]
struct Phases {
    open_and_verify_ns: u64,
    engine_ns: u64,
    deserialize_ns: u64,
    instantiate_ns: Vec<u64>,
    first_call_ns: u64,
    steady_calls_ns: Vec<u64>,
    peak_memory_bytes: Option<u64>,
}

/// The reason why this command can't compile the module in one of the ways.
#[derive(Debug, Error)]
enum Uncompiled {
    /// The error that it reports.
    #[error("{0}")]
    Reported(String),
    /// It ended without a report.
    #[error("{}", failure(.0))]
    Unreported(Output),
}

impl Trial {
    pub(crate) fn new(candidate: Candidate, artifact: PathBuf) -> Trial {
        let measured = Measured::default();
        Trial { candidate, artifact, measured, refused: None, timed_out: false, printed: None }
    }

    /// Tells whether the trial is still in the comparison.
    pub(crate) fn is_compared(&self) -> bool {
        self.refused.is_none()
    }

    /// Compiles once, unmeasured, and checks that the artifact loads and runs.
    ///
    /// # Errors
    ///
    /// If no way to compile could be measured.
    pub(crate) fn prepare(&mut self, setup: &Setup<'_>) -> Result<()> {
        if let Err(reason) = self.compile(setup)? {
            self.refused = Some(reason.to_string());
            return Ok(());
        }
        let artifact = fs_err::read(&self.artifact)?;
        let trailer = trailer::read(&artifact)?;
        let trust = trust_file::of_host(setup.host)?;
        let refusal = trust.and_then(|trust| Some(trust.mismatch(&trust.check(&trailer).err()?)));
        let mismatches = refusal.into_iter().chain(mismatches(&trailer.manifest, setup.host));
        let mismatches: Vec<_> = mismatches.collect();
        if !mismatches.is_empty() {
            let mut reasons: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
            if mismatches.iter().any(|mismatch| full_runner_helps(setup.host, mismatch)) {
                reasons.push(RUNNER_HINT.into());
            }
            self.refused = Some(reasons.join("; "));
            return Ok(());
        }
        if let Some(send) = setup.send {
            send_artifact(send, &self.artifact)?;
        }
        match self.run(setup, Stdio::piped())? {
            Some(output) if output.status.success() => self.printed = Some(blake3::hash(&output.stdout)),
            Some(output) => self.refused = Some(format!("its run failed: {}", failure(&output))),
            None => {
                self.timed_out = true;
                self.refused = Some(format!("its run {}", too_long(setup.timeout)));
            }
        }
        self.measured = Measured { artifact_bytes: artifact.len() as u64, ..Measured::default() };
        Ok(())
    }

    /// Compiles and runs, and measures both.
    ///
    /// # Errors
    ///
    /// If compiling or running fails that succeeded before.
    pub(crate) fn measure(&mut self, setup: &Setup<'_>) -> Result<()> {
        let name = self.candidate.name.clone();
        if let Err(reason) = self.compile(setup)? {
            bail!("{name}: it can't be compiled again: {reason}");
        }
        let start = Instant::now();
        let output = self.run(setup, Stdio::null())?;
        self.measured.process_s.push(start.elapsed().as_secs_f64());
        let output = output.with_context(|| format!("{name}: a further run {}", too_long(setup.timeout)))?;
        ensure!(output.status.success(), "{name}: it ran before, and now failed: {}", failure(&output));
        self.measure_phases(setup).with_context(|| name)
    }

    /// Compiles the module, or returns the reason why it can't be compiled this way.
    fn compile(&mut self, setup: &Setup<'_>) -> Result<Result<(), Uncompiled>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(setup.input).arg("-o").arg(&self.artifact);
        command.args(["--no-cache", "--timings", "--message-format", "json"]);
        command.args(&self.candidate.options).args(&setup.settings).stdin(Stdio::null());
        // An existing file would be compared instead of written; a link would be followed.
        if self.artifact.symlink_metadata().is_ok() {
            fs_err::remove_file(&self.artifact)?;
        }
        let start = Instant::now();
        let output = command.output().context("can't start this command again")?;
        let elapsed_s = start.elapsed().as_secs_f64();
        let messages = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let messages = messages.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>()?;
        let of = |reason: &str| messages.iter().find(|message| message["reason"] == *reason);
        let Some(_) = of("compiled").filter(|_| output.status.success()) else {
            let failed = of("failed").and_then(|failed| failed["error"].as_str());
            return Ok(Err(match failed {
                Some(error) => Uncompiled::Reported(error.into()),
                None => Uncompiled::Unreported(output),
            }));
        };
        let finished = of("finished").map_or(&Value::Null, |finished| &finished["usage"]);
        self.measured.compile_s.push(elapsed_s);
        self.measured.compile_cpu_s.extend(finished["cpu_ns"].as_u64().map(seconds));
        let memory = finished["peak_memory_bytes"].as_u64();
        self.measured.compile_memory_bytes.extend(memory.map(|bytes| bytes as f64));
        if setup.signatures.signer().is_some() {
            let mut artifact = fs_err::read(&self.artifact)?;
            // The folder may be one that others can write to.
            trailer::read(&artifact)?;
            setup.signatures.sign(&mut artifact);
            Destination::derived(&self.artifact, setup.input).write(&artifact)?;
        }
        Ok(Ok(()))
    }

    /// Runs once. Returns `None` where the run didn't end in time.
    fn run(&self, setup: &Setup<'_>, stdout: Stdio) -> Result<Option<Output>> {
        let mut command = setup.runner.command();
        command.args(&setup.runner_options).arg(&self.artifact).args(setup.arguments);
        self.run_to_end(setup, command.stdout(stdout), setup.timeout)
    }

    fn measure_phases(&mut self, setup: &Setup<'_>) -> Result<()> {
        let mut command = setup.runner.command();
        command.args(["--measure", &setup.calls.to_string()]);
        command.args(&setup.runner_options).arg(&self.artifact).args(setup.arguments);
        // The first call, and each further one.
        let limit = setup.timeout.saturating_mul(setup.calls.saturating_add(1));
        let output = self.run_to_end(setup, command.stdout(Stdio::piped()), limit)?;
        let output = output.with_context(|| format!("measuring its calls {}", too_long(limit)))?;
        ensure!(output.status.success(), "the runner could not measure it: {}", failure(&output));
        let phases: Phases = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("the runner `{}` printed no measurements", setup.runner.name()))?;
        self.measured.push(&phases);
        Ok(())
    }

    fn run_to_end(
        &self,
        setup: &Setup<'_>,
        command: &mut Command,
        limit: Duration,
    ) -> Result<Option<Output>> {
        match setup.stdin {
            Some(path) => command.stdin(fs_err::File::open(path)?.into_parts().0),
            None => command.stdin(Stdio::null()),
        };
        let goes_on = || {
            let name = &self.candidate.name;
            let (so_far, limit) = (PATIENCE.as_secs(), limit.as_secs());
            let text =
                format!("{name}: its run has taken {so_far} s so far; `--timeout` ends it after {limit} s");
            setup.progress.above(|| tell(&text));
        };
        let output = bounded::output(command.stderr(Stdio::piped()), limit, PATIENCE, goes_on);
        output.with_context(|| format!("can't start the runner `{}`", setup.runner.name()))
    }
}

/// The end of the sentence about a run that was killed.
fn too_long(limit: Duration) -> String {
    let limit = limit.as_secs_f64();
    format!("didn't end within {limit} s: `--timeout` allows more, for a guest that ends by itself")
}

fn send_artifact(send: &OsStr, artifact: &Path) -> Result<()> {
    let words = shell_words::split("--send", send)?.into_iter().map(|word| with_path(word, artifact));
    let words: Vec<_> = words.collect();
    let mut command = Command::new(&words[0]);
    let status = command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("can't start `{}`", send.display()))?;
    ensure!(status.success(), "`{}` failed for `{}`: {status}", send.display(), escaped_path(artifact));
    Ok(())
}

/// A word with a path in the place of `{}`.
fn with_path(word: OsString, path: &Path) -> OsString {
    match word.to_str() {
        Some(text) => text.split("{}").map(OsStr::new).collect::<Vec<_>>().join(path.as_os_str()),
        None => word,
    }
}

/// The reason why a command failed, or at least its exit status.
fn failure(output: &Output) -> String {
    reason(&String::from_utf8_lossy(&output.stderr)).unwrap_or_else(|| output.status.to_string())
}

/// The reason why a command failed, in one line, from all of its stderr, where `ssh` and the guest print, too.
fn reason(stderr: &str) -> Option<String> {
    let lines: Vec<_> = stderr.lines().collect();
    // The last such line, as a guest may print one, too.
    let at = lines.iter().rposition(|line| line.starts_with(ERROR));
    let at = at.or_else(|| lines.iter().position(|line| !line.is_empty()))?;
    // The place in the guest is left out; the causes follow.
    let head = lines[at].trim_start_matches(ERROR).trim_end_matches(TRACE).trim_end_matches([':', ' ']);
    let causes = lines[at..].iter().skip_while(|line| line.trim_start() != CAUSES).skip(1);
    let causes = causes.take_while(|line| !line.is_empty()).map(|line| {
        let line = line.trim();
        // Several causes are numbered.
        match line.split_once(": ") {
            Some((number, cause)) if number.parse::<u32>().is_ok() => cause,
            _ => line,
        }
    });
    Some([head].into_iter().chain(causes).collect::<Vec<_>>().join(": "))
}

/// The median of one process's calls, if there are any. They count as one measurement, as the same disturbances meet
/// all of them.
fn median(nanoseconds: &[u64]) -> Option<f64> {
    let mut summary = Summary::default();
    summary.extend(nanoseconds.iter().copied().map(seconds));
    (!nanoseconds.is_empty()).then(|| summary.median())
}

fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process is one measurement, whatever its number of calls.
    #[test]
    fn a_process_counts_once() {
        let mut phases = Phases {
            open_and_verify_ns: 1,
            engine_ns: 1,
            deserialize_ns: 1,
            instantiate_ns: vec![3_000_000_000, 1_000_000_000, 2_000_000_000],
            first_call_ns: 9_000_000_000,
            steady_calls_ns: vec![4_000_000_000, 8_000_000_000],
            peak_memory_bytes: None,
        };
        let mut measured = Measured::default();
        measured.push(&phases);
        assert_eq!(measured.instantiate_s.samples(), [2.0]);
        assert_eq!(measured.steady_call_s.samples(), [6.0]);
        phases.steady_calls_ns.clear();
        let mut measured = Measured::default();
        measured.push(&phases);
        assert!(measured.steady_call_s.samples().is_empty());
        assert_eq!(measured.run_s(Per::Call, true).samples(), [9.0]);
        assert_eq!(measured.run_s(Per::Call, false).samples(), [11.0]);
    }

    #[test]
    fn the_reason_of_a_failure_is_found() {
        let trap = "Welcome to device!\n\nerror: the guest trapped: error while executing at wasm backtrace:\n    0:  \
                    0x63 - <unknown>!f\n\nCaused by:\n    wasm trap: integer overflow\n\n";
        let several = "error: it can't\n\nCaused by:\n    0: no way\n    1: too far: 9 km\n\nbye\n";
        let expected = [
            (trap, "the guest trapped: wasm trap: integer overflow"),
            (several, "it can't: no way: too far: 9 km"),
            ("warning: old\nerror: the guest says so\nerror: new\n", "new"),
            ("\nsh: not found\n", "sh: not found"),
        ];
        for (stderr, expected) in expected {
            assert_eq!(reason(stderr).as_deref(), Some(expected));
        }
        assert_eq!(reason("\n"), None);
    }
}
