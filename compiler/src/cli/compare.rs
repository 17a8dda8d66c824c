//! `precompile compare INPUT`: what compiling costs against what running gains.

mod bounded;
mod candidate;
mod chart;
mod columns;
mod doubts;
mod opts;
mod page;
mod report;
mod summary;
mod text;
mod trial;
mod verdict;

use crate::html_page::HtmlOutput;
use crate::interrupt;
use crate::key_source;
use crate::kind::Kind;
use crate::message::{Format, print, print_bytes};
use crate::progress::Progress;
use crate::runner::Runner;
use crate::unreadable::unreadable;
pub(crate) use opts::Opts;

use anyhow::{Context, Result, bail, ensure};
use precompile::artifact::{Host, escaped_path};
use precompile::{Destination, Signatures};
use report::Report;
use std::ffi::OsString;
use std::num::NonZeroU32;
use tempfile::TempDir;
use trial::{Setup, Trial};

impl Opts {
    /// Measures all ways to compile, and reports.
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(help) = self.setting_args().help() {
            return Ok(print_bytes(help.as_bytes())?);
        }
        interrupt::install()?;
        let name = || format!("`{}`", escaped_path(&self.input));
        let metadata = self.input.metadata().map_err(|error| unreadable(&error)).with_context(name)?;
        ensure!(metadata.is_file(), "{} is no file: compare one module", name());
        let signatures = Signatures::new(None, self.sign.as_ref().map(key_source::read).transpose()?);
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
        // Measuring takes minutes: report an output that can't be written before it.
        for trial in &trials {
            Destination::derived(&trial.artifact, &self.input).check()?;
        }
        let html = self.html.as_deref().map(|path| HtmlOutput::new(path, &self.input));
        html.map_or(Ok(()), |html| html.check(self.message_format))?;
        let steps = trials.len() * (self.rounds.get() as usize + 1);
        let progress = Progress::new(steps, self.message_format == Format::Human);
        let trials = self.measure(&self.setup(&runner, &host, &signatures, &progress), trials);
        progress.finish();
        let trials = trials?;
        let report = Report::new(self, &runner, &host, &trials);
        match self.message_format {
            Format::Json => print(&report)?,
            Format::Human if html.is_some_and(HtmlOutput::is_standard) => {}
            Format::Human => print_bytes(text::text(&report).as_bytes())?,
        }
        html.map_or(Ok(()), |html| html.write(&page::page(&report)?))
    }

    fn setup<'a>(
        &'a self,
        runner: &'a Runner,
        host: &'a Host,
        signatures: &'a Signatures,
        progress: &'a Progress,
    ) -> Setup<'a> {
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
            signatures,
            calls: self.calls.map_or(if self.invoke.is_some() { 100 } else { 3 }, NonZeroU32::get),
            timeout: self.timeout.unwrap_or(opts::DEFAULT_TIMEOUT),
            progress,
        }
    }

    /// Tries each way once, then measures those that work in turns, so that other load on the machine meets all of
    /// them.
    fn measure(&self, setup: &Setup<'_>, mut trials: Vec<Trial>) -> Result<Vec<Trial>> {
        let (rounds, progress) = (self.rounds.get(), setup.progress);
        let mut some_ended = false;
        for trial in &mut trials {
            trial.prepare(setup)?;
            // Each further way would take as long.
            if trial.timed_out && !some_ended {
                let reason = trial.refused.as_deref().unwrap_or_default();
                return Err(Kind::TooMuch.error(format!("{}: {reason}", trial.candidate.name)));
            }
            some_ended |= trial.is_compared();
            progress.done(&trial.candidate.name);
        }
        if trials.iter().all(|trial| !trial.is_compared()) {
            let reasons = trials.iter().map(|trial| {
                format!("\n  {}: {}", trial.candidate.name, trial.refused.as_deref().unwrap_or_default())
            });
            bail!("there is nothing to compare, no way works:{}", reasons.collect::<String>());
        }
        for round in 0..rounds {
            // Every second round in reverse.
            let order: Box<dyn Iterator<Item = &mut Trial>> = match round % 2 {
                0 => Box::new(trials.iter_mut()),
                _ => Box::new(trials.iter_mut().rev()),
            };
            for trial in order {
                if trial.is_compared() {
                    trial.measure(setup).context("the comparison was given up")?;
                }
                progress.done(&trial.candidate.name);
            }
        }
        Ok(trials)
    }
}
