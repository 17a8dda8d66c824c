//! `precompile [OPTIONS] [INPUT...]`: compile modules and components.

mod auto;
mod backend_arg;
mod budget;
mod cache_miss;
mod counts;
mod depfile;
mod digests;
mod doubt;
mod elsewhere;
mod fat_output;
mod fat_plan;
mod file_settings;
mod input_limits;
mod inputs;
pub(crate) mod isolate;
mod job;
mod job_key;
mod join;
mod mem_budget;
mod opts;
mod outcome;
mod packing;
mod paths;
mod place;
pub(crate) mod plan;
mod plan_report;
mod project;
mod project_file;
mod provenance;
mod queue;
mod refusal;
pub(crate) mod remote;
mod report;
mod results;
mod room;
mod schedulers;
pub(crate) mod serve_ready;
mod shard;
mod shard_arg;
mod spread;
mod target_plan;
mod waiting;

pub(crate) use opts::{Opts, SHORT_HELP};

use crate::compile::job::{Caching, Failed, Job, Means};
use crate::compile::job_key::read_sources;
use crate::compile::mem_budget::MemBudget;
use crate::compile::place::missing_first;
use crate::compile::plan::Plan;
use crate::compile::queue::Queue;
use crate::compile::remote::Farm;
use crate::compile::results::Results;
use crate::compile::room::Room;
use crate::compile::spread::spread;
use crate::message::{Format, tell, tell_warning};
use crate::progress::Progress;
use crate::{interrupt, threads};
use anyhow::{Result, anyhow};
use precompile::artifact::escaped_path;
use precompile::cache::{Cache, Store};
use std::sync::{Mutex, PoisonError};

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

    /// Compiles all jobs of a plan, or those of a part of it, unless the user wants the plan alone. Returns `false` where
    /// one failed.
    pub(crate) fn run(&self, mut plan: Plan, cache: Option<&Cache>) -> Result<bool> {
        cache.inspect(|cache| interrupt::protect(cache.store()));
        if let Some(shard) = plan.shard {
            self.start_threads()?;
            plan.keep_shard(shard, self.caching(cache), self.verbose);
        }
        if self.plan {
            self.start_threads()?;
            self.tell_notes(&plan);
            return self.report_plan(&plan, self.caching(cache));
        }
        let plan = &plan;
        let results = Results::default();
        let failures = self.compile_all(plan, cache, &results)?;
        self.finish_cache(cache)?;
        let depfile = self.depfile.as_deref().map_or(Ok(()), |path| plan.write_depfile(path));
        let provenance = self.provenance.as_deref().map_or(Ok(()), |path| results.provenance.write(path));
        let unwritten: Vec<_> = [depfile, provenance].into_iter().filter_map(Result::err).collect();
        // Failures come last, so that they are not lost among the others.
        self.report_failures(&failures, &unwritten, plan.several_targets)?;
        results.counts.add_failed(failures.len());
        let success = failures.is_empty() && unwritten.is_empty();
        self.report_end(success, plan.jobs.len() > 1, &results)?;
        Ok(success)
    }

    /// Compiles all jobs of a plan, and reports those that are done. Returns the failed ones.
    fn compile_all<'a>(
        &self,
        plan: &'a Plan,
        cache: Option<&Cache>,
        results: &Results,
    ) -> Result<Vec<(&'a Job, Failed)>> {
        self.tell_notes(plan);
        let farm = Farm::new(&self.remote)?;
        let caching = self.caching(cache);
        // Outputs that are in place take neither threads nor a compiler.
        let mut rest = Vec::new();
        for job in &plan.jobs {
            match caching.and_then(|caching| job.in_place(caching)) {
                Some(outcome) => self.report(&outcome, job, results)?,
                None => rest.push(job),
            }
        }
        if let Some(isolation) = rest.first().and_then(|job| job.limits.isolation())
            && self.verbose
            && self.message_format == Format::Human
        {
            tell(&format!("isolated: {}", isolation.describe()?));
        }
        if let Some(caching) = caching.filter(|caching| rest.len() > 1 && caching.cache.is_shared()) {
            self.start_threads()?;
            read_sources(&rest, Some(caching), false);
            rest = missing_first(rest, caching);
            self.warn(caching.cache);
        }
        if rest.is_empty() { Ok(Vec::new()) } else { self.run_jobs(rest, caching, farm.as_ref(), results) }
    }

    /// The use of the cache.
    fn caching<'a>(&self, cache: Option<&'a Cache>) -> Option<Caching<'a>> {
        let (verify_inputs, explain) = (self.cache.verify_inputs(), self.verbose);
        cache.map(|cache| Caching { cache, verify_inputs, explain })
    }

    /// Tells people what is to be said of a plan.
    fn tell_notes(&self, plan: &Plan) {
        if !self.quiet {
            plan.warnings.iter().for_each(|warning| tell_warning(warning));
            plan.notes.iter().for_each(|note| tell(note));
        }
    }

    /// Starts the threads that compile.
    fn start_threads(&self) -> Result<()> {
        interrupt::install()?;
        let wanted = self.threads();
        if let (started, Some(error)) = threads::start(wanted)?
            && !self.quiet
        {
            tell_warning(&format!("only {started} of {wanted} threads to compile could be started: {error}"));
        }
        Ok(())
    }

    /// Ends the use of the cache.
    fn finish_cache(&self, cache: Option<&Cache>) -> Result<()> {
        let Some(cache) = cache else { return Ok(()) };
        if cache.has_news() {
            interrupt::install()?;
        }
        cache.finish();
        self.warn(cache);
        Ok(())
    }

    /// Runs the jobs in the plan's order, as threads become free. Returns the failed ones.
    fn run_jobs<'a>(
        &self,
        mut jobs: Vec<&'a Job>,
        caching: Option<Caching<'_>>,
        farm: Option<&Farm>,
        results: &Results,
    ) -> Result<Vec<(&'a Job, Failed)>> {
        self.start_threads()?;
        let progress = Progress::new(jobs.len(), !self.quiet && self.message_format == Format::Human);
        let budget = self.mem_budget();
        let room = Room::new(budget.map_or(u64::MAX, MemBudget::for_modules), self.threads());
        let means = Means { caching, budget, farm, room: &room };
        let queue = Queue::new(jobs.iter().map(|job| job.input.bytes).sum(), self.threads());
        let failures = Mutex::new(Vec::new());
        let name = |job: &Job| escaped_path(&job.input.path);
        let run = |job: &'a Job, wait: bool| -> bool {
            farm.inspect(|farm| progress.stages(farm.stages()));
            let result = job.run(means, wait, queue.take(job.input.bytes));
            let mut reported = Ok(());
            progress.above(|| {
                caching.inspect(|caching| self.warn(caching.cache));
                farm.inspect(|farm| self.warn_of_farm(farm));
                if let Ok(Some(outcome)) = &result {
                    reported = self.report(outcome, job, results).map_err(anyhow::Error::from);
                }
            });
            let error = match result {
                Ok(None) => return false,
                Ok(Some(_)) => match reported {
                    Err(error) => Some(Failed::new(anyhow!("can't report: {error}"))),
                    Ok(()) => self.join(job, &progress).err().map(Failed::new),
                },
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
            let attempt = |job: &'a Job| {
                if !run(job, false) {
                    busy.lock().unwrap_or_else(PoisonError::into_inner).push(job);
                }
            };
            match (farm, budget) {
                (Some(farm), _) => waiting::each(farm.jobs(), &jobs, &attempt),
                (None, Some(budget)) => spread(budget, jobs, self.threads(), &attempt),
                (None, None) => rayon::in_place_scope_fifo(|scope| {
                    for job in jobs {
                        let attempt = &attempt;
                        scope.spawn_fifo(move |_| attempt(job));
                    }
                }),
            }
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
}
