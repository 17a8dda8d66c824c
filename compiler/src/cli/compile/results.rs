//! The results of all jobs, and their reports.

use crate::compile::Opts;
use crate::compile::counts::Counters;
use crate::compile::job::{Failed, Job};
use crate::compile::outcome::JobOutcome;
use crate::compile::provenance::Provenance;
use crate::compile::refusal::RunnerBeside;
use crate::compile::remote::Farm;
use crate::kind::Kind;
use crate::message::{Format, Message, Usage, print, tell, tell_error, tell_warning};
use precompile::artifact::escaped_path;
use precompile::cache::Cache;
use std::io;

/// The results of all jobs, which threads share.
#[derive(Default)]
pub(super) struct Results {
    pub(super) counts: Counters,
    pub(super) provenance: Provenance,
    runner: RunnerBeside,
}

impl Opts {
    /// Reports an artifact.
    pub(super) fn report(&self, outcome: &JobOutcome, job: &Job, results: &Results) -> io::Result<()> {
        results.counts.add(outcome);
        results.provenance.add(job, outcome, self.builder_id());
        match self.message_format {
            Format::Json => print(&outcome.message(job, self.timings)),
            Format::Human if self.quiet => Ok(()),
            Format::Human => {
                tell(&outcome.text(job, self.timings, self.verbose));
                // What was found was told when it was compiled.
                let manifest = outcome.manifest.as_deref();
                manifest.and_then(|it| results.runner.refusal(it)).inspect(|line| tell(&format!("  {line}")));
                Ok(())
            }
        }
    }

    /// Reports the warnings of the cache.
    pub(super) fn warn(&self, cache: &Cache) {
        for warning in cache.take_warnings() {
            if !self.quiet {
                tell_warning(&warning);
            }
        }
    }

    /// Warns people of a farm that fails.
    pub(super) fn warn_of_farm(&self, farm: &Farm) {
        if let Some(warning) = farm.take_warning().filter(|_| !self.quiet) {
            tell_warning(&warning);
        }
    }

    fn report_failure(&self, job: &Job, failed: &Failed, several_targets: bool) -> io::Result<()> {
        match self.message_format {
            Format::Json => {
                let target = Some(job.options.target.to_string());
                let Failed { kind, error } = failed;
                print(&Message::Failed {
                    input: Some(&job.input.path),
                    kind: *kind,
                    error: error.clone(),
                    target,
                    output: several_targets.then_some(&job.output.path),
                })
            }
            Format::Human => {
                let target = match &job.hosts[..] {
                    [host] if several_targets => format!(" for `{}`", escaped_path(&host.file)),
                    _ if several_targets => format!(" for {}", job.options.target),
                    _ => String::new(),
                };
                tell_error(&format!("`{}`{target}: {}", escaped_path(&job.input.path), failed.error));
                Ok(())
            }
        }
    }

    /// Reports the failed jobs, and the reports that couldn't be written.
    pub(super) fn report_failures(
        &self,
        failures: &[(&Job, Failed)],
        unwritten: &[anyhow::Error],
        several_targets: bool,
    ) -> io::Result<()> {
        for (job, error) in failures {
            self.report_failure(job, error, several_targets)?;
        }
        for error in unwritten {
            match self.message_format {
                Format::Json => {
                    let (kind, error) = (Kind::of(error), format!("{error:#}"));
                    print(&Message::Failed { input: None, kind, error, target: None, output: None })?;
                }
                Format::Human => tell_error(&format!("{error:#}")),
            }
        }
        Ok(())
    }

    /// Reports the end of all jobs, and for people the counts where they are wanted.
    pub(super) fn report_end(&self, success: bool, is_counted: bool, results: &Results) -> io::Result<()> {
        let counts = results.counts.counts();
        if is_counted && self.message_format == Format::Human {
            match counts.failed {
                0 if self.quiet => {}
                0 => tell(&counts.text()),
                _ => tell_error(&counts.text()),
            }
        }
        let usage = self.timings.then(Usage::now);
        match self.message_format {
            Format::Json => print(&Message::Finished { success, counts: Some(counts), usage })?,
            Format::Human if self.quiet => {}
            Format::Human => usage.and_then(Usage::text).iter().for_each(|text| tell(text)),
        }
        Ok(())
    }
}
