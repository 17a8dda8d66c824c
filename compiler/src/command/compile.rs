//! `precompile [OPTIONS] [INPUT...]`: compile modules and components.

use crate::bounds::{self, BoundsOpts};
use crate::cache_opts::CacheOpts;
use crate::done::Done;
use crate::job::{Caching, Failed, Job};
use crate::lettered::Lettered;
use crate::message::{Format, Message, Usage, print, tell, tell_error, tell_warning};
use crate::named::Named;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::queue::Queue;
use crate::{environment, interrupt, project};
use anyhow::Result;
use clap::{Args, ValueEnum};
use precompile::artifact::Shown;
use precompile::cache::Cache;
use precompile::{Choice, Fallback, OptLevel, Platform, Strip};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Options of `precompile`.
#[derive(Args)]
pub(crate) struct Opts {
    /// What to compile: modules and components, as binaries or text, folders of them, or `-` for
    /// standard input [default: what `precompile.toml` lists]
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The compiler: `cranelift` makes fast code, `winch` compiles fast, `auto` is the one that costs less
    /// for as many runs as `--expect-runs` says [default: cranelift]
    #[arg(long, value_name = "BACKEND")]
    pub(crate) backend: Option<Named>,

    /// For `--backend auto`: how often each module is run
    #[arg(long, value_name = "N")]
    pub(crate) expect_runs: Option<NonZeroU64>,

    /// For `--backend auto`: how long a run takes with Cranelift, such as 50us, 20ms or
    /// 5s [default: 50ms]
    #[arg(long, value_name = "DURATION", value_parser = bounds::duration)]
    pub(crate) expect_run_time: Option<Duration>,

    /// The machine to compile for: a target triple, or aarch64, arm64, x86_64, riscv64, s390x
    /// (all for Linux), pulley32, pulley64; several are separated by commas [default: this
    /// machine, with its baseline CPU]
    #[arg(long = "target", value_name = "TRIPLE", value_delimiter = ',')]
    pub(crate) targets: Vec<String>,

    /// The least CPU that the code must run on: a level such as `x86-64-v3` or `armv8.2-a`, or
    /// `native`, and features to add or to take away: `x86-64-v3,-avx2` [default: the baseline]
    #[arg(long, value_name = "LEVEL[,+F,-F]", allow_hyphen_values = true)]
    pub(crate) cpu: Option<String>,

    /// What the code may rely on: `hosted` on virtual memory and hardware faults, `signals-only`
    /// on hardware faults, `freestanding` on neither [default: hosted, where the target has an
    /// operating system]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub(crate) platform: Option<Platform>,

    /// Compile to fit a host that `precompile-run --describe` described
    #[arg(long = "for", value_name = "HOST.JSON", conflicts_with_all = ["targets", "cpu", "platform"])]
    pub(crate) host: Option<PathBuf>,

    /// What to do where the backend can't compile a module: compile it with Cranelift, or for
    /// Pulley's interpreter
    #[arg(long, value_name = "BACKEND", value_parser = fallback)]
    pub(crate) fallback: Option<Fallback>,

    /// How hard Cranelift optimises [default: speed]
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(crate) opt_level: Option<OptLevelArg>,

    /// What artifacts are to do without, separated by commas: `address-map`, `symbols`, `names`, `unwind`,
    /// or `all`; the code is the same, and backtraces and debuggers tell less [default: none]
    #[arg(long, value_name = "PART,...", value_parser = Strip::parse)]
    pub(crate) strip: Vec<Vec<Strip>>,

    /// WebAssembly proposals, fuel, epochs; `-W help` lists them
    #[arg(short = 'W', value_name = "NAME[=VALUE],...")]
    pub(crate) wasm: Vec<String>,

    /// Debugging; `-D help` lists the settings
    #[arg(short = 'D', value_name = "NAME[=VALUE],...")]
    pub(crate) debug: Vec<String>,

    /// Optimisation, memories, traps; `-O help` lists the settings
    #[arg(short = 'O', value_name = "NAME[=VALUE],...")]
    pub(crate) optimize: Vec<String>,

    /// Code generation, as wasmtime's command line has it; `-C help` lists the settings
    #[arg(short = 'C', value_name = "NAME[=VALUE],...")]
    pub(crate) codegen: Vec<String>,

    /// Where to write the artifact; `-` is standard output [default: INPUT with the extension
    /// `cwasm`, and the target before it where there are several]
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    pub(crate) output: Option<PathBuf>,

    /// The folder to write artifacts to, with the folders below an INPUT that is one
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out_dir: Option<PathBuf>,

    /// Write which outputs come from which inputs, for make and ninja
    #[arg(long, value_name = "FILE")]
    pub(crate) depfile: Option<PathBuf>,

    /// In folders, follow also links that lead out of them
    #[arg(long)]
    pub(crate) follow_links: bool,

    /// Leave an unchanged output its time, even where its input is newer: for builds that go by content
    #[arg(long)]
    pub(crate) keep_times: bool,

    /// What to compile where no INPUT is named: a file like `precompile.toml`, or a `Cargo.toml` with
    /// `[package.metadata.precompile]` [env: PRECOMPILE_PROJECT] [default: precompile.toml]
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,

    /// How many threads compile [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,

    /// How to report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,

    /// Say how long each phase took, and what all took of the processor and of memory
    #[arg(long)]
    timings: bool,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say which proposals each module uses, what was stamped, and why it wasn't in the cache
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    cache: CacheOpts,

    #[command(flatten)]
    pub(crate) bounds: BoundsOpts,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OptLevelArg {
    None,
    Speed,
    SpeedAndSize,
}

impl From<OptLevelArg> for OptLevel {
    fn from(level: OptLevelArg) -> OptLevel {
        match level {
            OptLevelArg::None => OptLevel::None,
            OptLevelArg::Speed => OptLevel::Speed,
            OptLevelArg::SpeedAndSize => OptLevel::SpeedAndSize,
        }
    }
}

fn platform(name: &str) -> Result<Platform, String> {
    let platform = Platform::ALL.into_iter().find(|platform| platform.name() == name);
    platform.ok_or_else(|| "use `hosted`, `signals-only` or `freestanding`".into())
}

fn fallback(name: &str) -> Result<Fallback, String> {
    let fallback =
        [Fallback::Cranelift, Fallback::Pulley].into_iter().find(|fallback| fallback.name() == name);
    fallback.ok_or_else(|| "use `cranelift` or `pulley`".into())
}

impl Opts {
    /// The settings, each behind its letter.
    pub(crate) fn lettered(&self) -> Lettered<'_> {
        let Opts { wasm, debug, optimize, codegen, .. } = self;
        Lettered { wasm, debug, optimize, codegen }
    }

    /// The file that says what to compile.
    pub(crate) fn project(&self) -> PathBuf {
        let named =
            self.project.clone().or_else(|| environment::variable("PRECOMPILE_PROJECT").map(PathBuf::from));
        named.unwrap_or_else(|| project::FILE.into())
    }

    /// What the command line says of how to compile.
    pub(crate) fn choice(&self) -> Choice {
        Choice {
            backend: match self.backend {
                Some(Named::Backend(backend)) => Some(backend),
                Some(Named::Auto) | None => None,
            },
            expect: None,
            platform: self.platform,
            cpu: self.cpu.clone(),
            opt_level: self.opt_level.map(OptLevel::from),
            fallback: self.fallback,
            strip: self.strip.concat(),
            settings: self.lettered().iter().map(|(letter, text)| (letter, text.into())).collect(),
        }
    }

    /// The cache, unless the user wants none.
    ///
    /// # Errors
    ///
    /// Where what the user says of it is wrong.
    pub(crate) fn open_cache(&self) -> Result<Option<Cache>> {
        self.cache.cache()
    }

    /// Where the cache is, unless the user wants none or it has no place.
    pub(crate) fn cache_folder(&self) -> Option<PathBuf> {
        self.cache.folder()
    }

    /// How many threads compile.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// Compiles what was planned. Says whether all of it succeeded.
    pub(crate) fn run(&self, plan: &Plan, cache: Option<&Cache>) -> Result<bool> {
        let explain = self.verbose;
        plan.left_out.iter().filter(|_| !self.quiet).for_each(|left_out| tell_warning(left_out));
        let verify_inputs = self.cache.verify_inputs();
        let caching = cache.map(|cache| Caching { cache, verify_inputs, explain });
        // What is in place takes neither threads nor a compiler.
        let mut rest = Vec::new();
        for job in &plan.jobs {
            match caching.and_then(|caching| job.in_place(caching)) {
                Some(done) => self.report(&done, job)?,
                None => rest.push(job),
            }
        }
        if let Some(isolation) = rest.first().and_then(|job| job.bounds.isolation())
            && self.verbose
            && self.message_format == Format::Human
        {
            tell(&format!("isolated: {}", isolation.describe()?));
        }
        let failures = if rest.is_empty() { Vec::new() } else { self.run_jobs(rest, caching)? };
        if let Some(cache) = cache {
            cache.finish();
            self.warn(cache);
        }
        if let Some(depfile) = &self.depfile {
            plan.write_depfile(depfile)?;
        }
        // Last, so that they are not lost among the others.
        for (job, error) in &failures {
            self.report_failure(job, error, plan.several_targets)?;
        }
        if failures.len() < plan.jobs.len() && !failures.is_empty() && self.message_format == Format::Human {
            tell_error(&format!("{} of {} failed", failures.len(), plan.jobs.len()));
        }
        let usage = self.timings.then(Usage::now);
        match self.message_format {
            Format::Json => print(&Message::Finished { success: failures.is_empty(), usage })?,
            Format::Human if self.quiet => {}
            Format::Human => usage.and_then(Usage::text).iter().for_each(|text| tell(text)),
        }
        Ok(failures.is_empty())
    }

    /// Runs the jobs in the plan's order, as threads become free. Returns those that failed.
    fn run_jobs<'a>(
        &self,
        mut jobs: Vec<&'a Job>,
        caching: Option<Caching<'_>>,
    ) -> Result<Vec<(&'a Job, Failed)>> {
        interrupt::install()?;
        rayon::ThreadPoolBuilder::new().num_threads(self.threads()).build_global()?;
        let progress = Progress::new(jobs.len(), !self.quiet && self.message_format == Format::Human);
        let queue = Queue::new(jobs.iter().map(|job| job.input.bytes).sum(), self.threads());
        let failures = Mutex::new(Vec::new());
        let run = |job: &'a Job, wait: bool| -> bool {
            let result = job.run(caching, wait, queue.take(job.input.bytes));
            let mut reported = Ok(());
            progress.above(|| {
                caching.inspect(|caching| self.warn(caching.cache));
                if let Ok(Some(done)) = &result {
                    reported = self.report(done, job);
                }
            });
            let error = match result {
                Ok(None) => return false,
                Ok(Some(_)) => reported.err().map(|error| Failed(format!("can't report: {error}"))),
                Err(error) => Some(error),
            };
            if let Some(error) = error {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push((job, error));
            }
            progress.done(Shown(&job.input.path.display().to_string()).to_string());
            true
        };
        // From outside of the threads, Wasmtime splits a module into smaller parts: they end closer together.
        if let [job] = jobs[..] {
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
            // Others compile these. They are waited for when nothing of ours is waited for, so that no
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

    fn report(&self, done: &Done, job: &Job) -> std::io::Result<()> {
        match self.message_format {
            Format::Json => print(&done.message(job, self.timings)),
            Format::Human if self.quiet => Ok(()),
            Format::Human => {
                tell(&done.text(job, self.timings, self.verbose));
                Ok(())
            }
        }
    }

    /// Says what went wrong with the cache, which is no error.
    fn warn(&self, cache: &Cache) {
        for warning in cache.take_warnings() {
            if !self.quiet {
                tell_warning(&warning);
            }
        }
    }

    fn report_failure(&self, job: &Job, error: &Failed, several_targets: bool) -> std::io::Result<()> {
        match self.message_format {
            Format::Json => {
                let target = Some(job.options.target.to_string());
                print(&Message::Failed { input: &job.input.path, error: error.0.clone(), target })
            }
            Format::Human => {
                let target =
                    if several_targets { format!(" for {}", job.options.target) } else { String::new() };
                tell_error(&format!("`{}`{target}: {}", job.input.path.display(), error.0));
                Ok(())
            }
        }
    }
}
