//! `precompile [OPTIONS] [INPUT...]`: compile modules and components.

mod auto;
mod backend_arg;
mod budget;
mod cache_miss;
mod counts;
mod depfile;
mod digests;
mod file_settings;
mod input_limits;
mod inputs;
pub(crate) mod isolate;
mod job;
mod opts;
mod outcome;
mod paths;
pub(crate) mod plan;
mod project;
mod project_file;
mod provenance;
mod queue;
mod refusal;
mod report;
mod target_plan;

pub(crate) use opts::{Opts, SHORT_HELP};

use crate::compile::counts::Counters;
use crate::compile::job::{Caching, Failed, Job};
use crate::compile::outcome::JobOutcome;
use crate::compile::plan::Plan;
use crate::compile::provenance::Provenance;
use crate::compile::queue::Queue;
use crate::compile::refusal::RunnerBeside;
use crate::kind::Kind;
use crate::message::{Format, Message, Usage, print, tell, tell_error, tell_warning};
use crate::progress::Progress;
use crate::{interrupt, threads};
use anyhow::{Result, anyhow};
use precompile::artifact::escaped_path;
use precompile::cache::{Cache, Store};
use std::sync::{Mutex, PoisonError};

/// The results of all jobs, which threads share.
#[derive(Default)]
struct Results {
    counts: Counters,
    provenance: Provenance,
    runner: RunnerBeside,
}

impl Opts {
    /// The cache, unless the user wants none.
    ///
    /// # Errors
    ///
    /// If an option or a variable of the cache is wrong.
    pub(crate) fn open_cache(&self) -> Result<Option<Cache>> {
        self.cache.cache(self.quiet)
    }

    /// The store on this machine, unless the user wants none or there is no folder for it.
    pub(crate) fn cache_store(&self) -> Option<Store> {
        self.cache.store()
    }

    /// The number of threads that compile.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// Compiles all jobs of a plan. Returns `false` where one failed.
    pub(crate) fn run(&self, plan: &Plan, cache: Option<&Cache>) -> Result<bool> {
        let explain = self.verbose;
        if !self.quiet {
            plan.warnings.iter().for_each(|warning| tell_warning(warning));
            plan.notes.iter().for_each(|note| tell(note));
        }
        let verify_inputs = self.cache.verify_inputs();
        let caching = cache.map(|cache| Caching { cache, verify_inputs, explain });
        cache.inspect(|cache| interrupt::protect(cache.store()));
        // Outputs that are in place take neither threads nor a compiler.
        let (mut rest, results) = (Vec::new(), Results::default());
        for job in &plan.jobs {
            match caching.and_then(|caching| job.in_place(caching)) {
                Some(outcome) => self.report(&outcome, job, &results)?,
                None => rest.push(job),
            }
        }
        if let Some(isolation) = rest.first().and_then(|job| job.limits.isolation())
            && self.verbose
            && self.message_format == Format::Human
        {
            tell(&format!("isolated: {}", isolation.describe()?));
        }
        let failures = if rest.is_empty() { Vec::new() } else { self.run_jobs(rest, caching, &results)? };
        if let Some(cache) = cache {
            if cache.has_news() {
                interrupt::install()?;
            }
            cache.finish();
            self.warn(cache);
        }
        let depfile = self.depfile.as_deref().map_or(Ok(()), |path| plan.write_depfile(path));
        let provenance = self.provenance.as_deref().map_or(Ok(()), |path| results.provenance.write(path));
        let unwritten: Vec<_> = [depfile, provenance].into_iter().filter_map(Result::err).collect();
        // Failures come last, so that they are not lost among the others.
        for (job, error) in &failures {
            self.report_failure(job, error, plan.several_targets)?;
        }
        for error in &unwritten {
            match self.message_format {
                Format::Json => {
                    let (kind, error) = (Kind::of(error), format!("{error:#}"));
                    print(&Message::Failed { input: None, kind, error, target: None, output: None })?;
                }
                Format::Human => tell_error(&format!("{error:#}")),
            }
        }
        let success = failures.is_empty() && unwritten.is_empty();
        results.counts.add_failed(failures.len());
        let counts = results.counts.counts();
        if plan.jobs.len() > 1 && self.message_format == Format::Human {
            match failures.is_empty() {
                true if self.quiet => {}
                true => tell(&counts.text()),
                false => tell_error(&counts.text()),
            }
        }
        let usage = self.timings.then(Usage::now);
        match self.message_format {
            Format::Json => print(&Message::Finished { success, counts: Some(counts), usage })?,
            Format::Human if self.quiet => {}
            Format::Human => usage.and_then(Usage::text).iter().for_each(|text| tell(text)),
        }
        Ok(success)
    }

    /// Runs the jobs in the plan's order, as threads become free. Returns the failed ones.
    fn run_jobs<'a>(
        &self,
        mut jobs: Vec<&'a Job>,
        caching: Option<Caching<'_>>,
        results: &Results,
    ) -> Result<Vec<(&'a Job, Failed)>> {
        interrupt::install()?;
        if let (started, Some(error)) = threads::start(self.threads())?
            && !self.quiet
        {
            let wanted = self.threads();
            tell_warning(&format!("only {started} of {wanted} threads to compile could be started: {error}"));
        }
        let progress = Progress::new(jobs.len(), !self.quiet && self.message_format == Format::Human);
        let queue = Queue::new(jobs.iter().map(|job| job.input.bytes).sum(), self.threads());
        let failures = Mutex::new(Vec::new());
        let name = |job: &Job| escaped_path(&job.input.path);
        let run = |job: &'a Job, wait: bool| -> bool {
            let result = job.run(caching, wait, queue.take(job.input.bytes));
            let mut reported = Ok(());
            progress.above(|| {
                caching.inspect(|caching| self.warn(caching.cache));
                if let Ok(Some(outcome)) = &result {
                    reported = self.report(outcome, job, results);
                }
            });
            let error = match result {
                Ok(None) => return false,
                Ok(Some(_)) => reported.err().map(|error| Failed::new(anyhow!("can't report: {error}"))),
                Err(error) => Some(error),
            };
            if let Some(error) = error {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push((job, error));
            }
            progress.done(&name(job));
            true
        };
        // Outside of the threads, Wasmtime splits a module into smaller parts, which end closer together.
        if let [job] = jobs[..] {
            progress.begin(name(job));
            run(job, true);
            jobs.clear();
        }
        while !jobs.is_empty() {
            let busy = Mutex::new(Vec::new());
            rayon::in_place_scope_fifo(|scope| {
                for job in jobs {
                    let (run, busy) = (&run, &busy);
                    scope.spawn_fifo(move |_| {
                        if !run(job, false) {
                            busy.lock().unwrap_or_else(PoisonError::into_inner).push(job);
                        }
                    });
                }
            });
            // Other processes compile these jobs. Wait for one only while nothing of ours is in progress, so that no
            // two processes wait for each other.
            jobs = busy.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Some(job) = jobs.pop() {
                run(job, true);
            }
        }
        progress.finish();
        let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.sort_by_key(|(job, _)| job.order);
        Ok(failures)
    }

    fn report(&self, outcome: &JobOutcome, job: &Job, results: &Results) -> std::io::Result<()> {
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
    fn warn(&self, cache: &Cache) {
        for warning in cache.take_warnings() {
            if !self.quiet {
                tell_warning(&warning);
            }
        }
    }

    fn report_failure(&self, job: &Job, failed: &Failed, several_targets: bool) -> std::io::Result<()> {
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
}
