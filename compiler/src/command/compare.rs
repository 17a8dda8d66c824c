//! `precompile compare INPUT`: what compiling costs against what running gains.

mod bounded;
mod candidate;
mod chart;
mod columns;
mod doubts;
mod page;
mod report;
mod summary;
mod text;
mod trial;
mod units;
mod verdict;

use crate::compile::{CODEGEN, DEBUG, OPTIMIZE, WASM};
use crate::interrupt;
use crate::kind::Kind;
use crate::lettered::Lettered;
use crate::message::{Format, print, print_bytes};
use crate::progress::Progress;
use crate::runner::Runner;
use crate::unreadable::unreadable;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum, ValueHint};
use precompile::Destination;
use precompile::artifact::{Host, escaped_path, quantity};
use report::Report;
use serde::Serialize;
use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use trial::{Setup, Trial};

/// Say from how many runs on which backend is cheaper
///
/// Compares what compiling a module costs with what running it gains: compiles it in each way, and runs it with
/// each. Arguments for the guest stand behind INPUT, or behind `--`.
#[derive(Args)]
pub(crate) struct Opts {
    /// A module or a component
    input: PathBuf,

    /// Arguments for the guest, or for the function to invoke
    arguments: Vec<OsString>,

    /// Call this export, instead of running a command
    #[arg(long, value_name = "FUNCTION")]
    invoke: Option<String>,

    /// Kind of run: `process` starts the runner each time, `call` calls again in one that was started
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    per: Per,

    /// Machines that run what is compiled once: their runs are added; with `--per call` each of them loads it
    #[arg(long, value_name = "N", default_value = "1")]
    machines: NonZeroU32,

    /// The ways to compile, separated by commas: winch, cranelift-none, cranelift-speed,
    /// cranelift-speed-and-size, pulley [default: all]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    only: Vec<String>,

    /// A level of processor to compare besides the baseline, such as `x86-64-v3` or `native`, with winch and
    /// cranelift-speed, or with each that `--only` names; may be given more than once
    #[arg(long, value_name = "LEVEL[,+F,-F]", allow_hyphen_values = true)]
    cpu: Vec<String>,

    /// Further options to compile with: `-W fuel`, `-O memory-may-move=n`
    #[arg(short = 'W', value_name = "NAME[=VALUE],...", value_parser = WASM, hide_possible_values = true)]
    wasm: Vec<String>,

    #[arg(short = 'D', value_name = "NAME[=VALUE],...", value_parser = DEBUG, hide_possible_values = true, hide = true)]
    debug: Vec<String>,

    #[arg(short = 'O', value_name = "NAME[=VALUE],...", value_parser = OPTIMIZE, hide_possible_values = true, hide = true)]
    optimize: Vec<String>,

    #[arg(short = 'C', value_name = "NAME[=VALUE],...", value_parser = CODEGEN, hide_possible_values = true, hide = true)]
    codegen: Vec<String>,

    /// Threads that compile [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,

    /// Rounds, in each of which every way compiles and runs
    #[arg(long, value_name = "N", default_value = "5")]
    rounds: NonZeroU32,

    /// Calls in a process that measures; the median counts [default: 3, and 100 with `--invoke`]
    #[arg(long, value_name = "N")]
    calls: Option<NonZeroU32>,

    /// Time that a run may take, such as 30s or 10m; a guest that doesn't end by itself is ended then [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    timeout: Option<Duration>,

    /// The command that runs artifacts, such as `qemu-aarch64 ./precompile-run` or `ssh device
    /// precompile-run`, behind which the device's shell splits arguments once more; a file, or words with quotes as
    /// in a shell [default: the `precompile-run` beside this command, or in the PATH]
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    runner: Option<OsString>,

    /// Command that brings an artifact to where the runner finds it, with `{}` for its path: `scp -q {} device:{}`
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    send: Option<OsString>,

    /// Folder for the artifacts [default: a folder that is removed]
    #[arg(long, value_name = "FOLDER")]
    out_dir: Option<PathBuf>,

    /// Give the guest a folder, under the path GUEST
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<OsString>,

    /// Give the guest an environment variable
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<OsString>,

    /// File that the guest reads as standard input [default: nothing]
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// Write a page with charts, in one file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

/// The time that a run may take where the user doesn't say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// The kind of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Per {
    /// The runner is started each time
    #[default]
    Process,
    /// A command is instantiated, or a function called, again in one process
    Call,
}

impl Opts {
    /// The file that it is about, for a message.
    pub(crate) fn input(&self) -> &Path {
        &self.input
    }

    /// Measures, and reports.
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(help) = self.lettered().help() {
            return Ok(print_bytes(help.as_bytes())?);
        }
        interrupt::install()?;
        let name = || format!("`{}`", escaped_path(&self.input));
        let metadata = self.input.metadata().map_err(|error| unreadable(&error)).with_context(name)?;
        ensure!(metadata.is_file(), "{} is no file: compare one module", name());
        let runner = Runner::new(self.runner.as_deref())?;
        let host = runner.describe()?;
        let candidates = candidate::candidates(&host, &self.only, &self.cpu)?;
        let removed = TempDir::new()?;
        interrupt::remove(removed.path());
        let folder = self.out_dir.as_deref().unwrap_or(removed.path());
        fs_err::create_dir_all(folder)?;
        let trials: Vec<_> = candidates
            .into_iter()
            .map(|candidate| {
                let file = format!("{}.cwasm", candidate.name.replace([' ', ','], "_"));
                Trial::new(candidate, folder.join(file))
            })
            .collect();
        // Measuring takes minutes: what can't be written is said before.
        for trial in &trials {
            Destination::derived(&trial.artifact, &self.input).check()?;
        }
        let html = self.html.as_deref().map(|path| Destination::named(path, &self.input));
        html.map_or(Ok(()), |html| html.check())?;
        let steps = trials.len() * (self.rounds.get() as usize + 1);
        let progress = Progress::new(steps, self.message_format == Format::Human);
        let trials = self.measure(&self.setup(&runner, &host, &progress), trials);
        progress.finish();
        let trials = trials?;
        let report = Report::new(self, &runner, &host, &trials);
        match self.message_format {
            Format::Json => print(&report)?,
            Format::Human => print_bytes(text::text(&report).as_bytes())?,
        }
        if let Some(html) = html {
            let page = page::page(&report)?;
            let _guard = (!html.is_stream()).then(interrupt::hold_off);
            html.write(page.as_bytes())?;
        }
        Ok(())
    }

    fn setup<'a>(&'a self, runner: &'a Runner, host: &'a Host, progress: &'a Progress) -> Setup<'a> {
        let named = |name: &'static str, values: &[OsString]| {
            values.iter().flat_map(move |value| [OsString::from(name), value.clone()]).collect::<Vec<_>>()
        };
        let mut runner_options = [named("--dir", &self.dir), named("--env", &self.env)].concat();
        runner_options.extend(self.invoke.iter().flat_map(|function| ["--invoke".into(), function.into()]));
        Setup {
            input: &self.input,
            settings: self.settings(),
            runner,
            host,
            runner_options,
            arguments: &self.arguments,
            stdin: self.stdin.as_deref(),
            send: self.send.as_deref(),
            calls: self.calls.map_or(if self.invoke.is_some() { 100 } else { 3 }, NonZeroU32::get),
            timeout: self.timeout.unwrap_or(DEFAULT_TIMEOUT),
            progress,
        }
    }

    /// The settings, each behind its letter.
    fn lettered(&self) -> Lettered<'_> {
        let Opts { wasm, debug, optimize, codegen, .. } = self;
        Lettered { wasm, debug, optimize, codegen }
    }

    /// The settings that all the ways to compile are given.
    fn settings(&self) -> Vec<String> {
        let settings =
            self.lettered().iter().flat_map(|(letter, text)| [format!("-{letter}"), text.to_owned()]);
        settings.chain(self.jobs.map(|jobs| format!("-j{jobs}"))).collect()
    }

    /// Tries each way once, then measures those that work, in turns, so that whatever else the machine does
    /// meets all of them.
    fn measure(&self, setup: &Setup<'_>, mut trials: Vec<Trial>) -> Result<Vec<Trial>> {
        let (rounds, progress) = (self.rounds.get(), setup.progress);
        let mut some_ended = false;
        for trial in &mut trials {
            trial.prepare(setup)?;
            // It would be waited for with each way to compile.
            if trial.is_endless && !some_ended {
                let why = trial.refused.as_deref().unwrap_or_default();
                return Err(Kind::TooMuch.error(format!("{}: {why}", trial.candidate.name)));
            }
            some_ended |= trial.is_in();
            progress.done(&trial.candidate.name);
        }
        if trials.iter().all(|trial| !trial.is_in()) {
            let reasons = trials.iter().map(|trial| {
                format!("\n  {}: {}", trial.candidate.name, trial.refused.as_deref().unwrap_or_default())
            });
            bail!("there is nothing to compare, no way works:{}", reasons.collect::<String>());
        }
        for round in 0..rounds {
            // There and back.
            let order: Box<dyn Iterator<Item = &mut Trial>> = match round % 2 {
                0 => Box::new(trials.iter_mut()),
                _ => Box::new(trials.iter_mut().rev()),
            };
            for trial in order {
                if trial.is_in() {
                    trial.measure(setup).context("the comparison was given up")?;
                }
                progress.done(&trial.candidate.name);
            }
        }
        Ok(trials)
    }
}
