//! The plan: the jobs that the command line and `precompile.toml` ask for.

use crate::compile::Opts;
use crate::compile::auto::{self, Auto};
use crate::compile::backend_arg::BackendArg;
use crate::compile::depfile;
use crate::compile::doubt::{doubt, signatures};
use crate::compile::fat_output::FatOutput;
use crate::compile::fat_plan::{fat_host_plans, fat_plans};
use crate::compile::inputs::{self, Collected, Input, STANDARD};
use crate::compile::job::{Job, Output, SourceTimes};
use crate::compile::paths;
use crate::compile::project::Project;
use crate::compile::project_file::FILE;
use crate::compile::schedulers;
use crate::compile::shard_arg::{Shard, ShardArg};
use crate::compile::target_plan::{fit_all, host_plans, target_plans};
use crate::described_host::DescribedHost;
use crate::environment::variable;
use crate::interrupt;
use crate::walk::Links;
use anyhow::{Result, anyhow, bail, ensure};
use precompile::artifact::escaped_path;
use precompile::{Backend, Destination, KeySource};
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The jobs to run, the largest input first.
pub(crate) struct Plan {
    pub(crate) jobs: Vec<Job>,
    /// The part of them that is this process' to do.
    pub(crate) shard: Option<Shard>,
    /// There is more than one target.
    pub(crate) several_targets: bool,
    /// Warnings about inputs that were left out, and about hosts, for people.
    pub(crate) warnings: Vec<String>,
    /// The CPU features that are left out for the sake of hosts that lack them.
    pub(crate) notes: Vec<String>,
    /// The text of the dependency file, where one is asked for.
    depfile: Option<Vec<u8>>,
    /// The times of all sources.
    source_times: Option<SourceTimes>,
}

impl Plan {
    /// Makes a plan.
    ///
    /// # Errors
    ///
    /// If the command line or `precompile.toml` is wrong.
    pub(crate) fn new(opts: &Opts) -> Result<Plan> {
        check_host(opts)?;
        let hosts = DescribedHost::read(&opts.hosts)?;
        let mut sources = Vec::new();
        let mut project = opts.project.clone();
        if project.inputs.is_empty() {
            let no_input = "no INPUT is named, and there is no `precompile.toml` here: use `precompile \
                            app.wasm`, or a file with a line like `inputs = [\"app.wasm\"]`";
            let path = opts.project_file();
            let named =
                || format!("there is no `{}`: name the file that lists what to compile", escaped_path(&path));
            let missing = || anyhow!(if path == Path::new(FILE) { no_input.into() } else { named() });
            let file = Project::read(&path)?.ok_or_else(missing)?;
            let is_for_each = project.out_dir.is_some() || file.out_dir.is_some();
            let chosen = chosen(project.backend, &hosts, is_for_each);
            project = project.over(file, chosen);
            sources.push(path);
        }
        let project = &project;
        // A description that is added to a folder changes what is made.
        sources.extend(opts.hosts.iter().filter(|path| path.is_dir()).cloned());
        sources.extend(hosts.iter().map(|described| &described.file).chain(&project.trust).cloned());
        sources.extend(project.sign.as_ref().and_then(KeySource::file).map(PathBuf::from));
        let signatures = Arc::new(signatures(project)?);
        let expect = auto::expect(project.backend, project.expect_runs, project.expect_run_time)?;
        let out_dir = project.out_dir.as_ref();
        let doubts = hosts.iter().map(|described| doubt(described, hosts.len(), &signatures));
        let doubts = doubts.collect::<Result<Vec<_>>>()?;
        let mut notes = Vec::new();
        check_fat(project, opts)?;
        let target_plans = match (project.fat, hosts.is_empty()) {
            (false, true) => target_plans(project, expect)?,
            (false, false) => host_plans(project, hosts, expect, &mut notes)?,
            (true, true) => fat_plans(project, expect)?,
            (true, false) => fat_host_plans(project, hosts, expect)?,
        };
        let read = SystemTime::now();
        let Collected { inputs, left_out } = inputs::collect(
            &project.inputs,
            Links { follow_out: project.follow_links, follow_folders: out_dir.is_some() },
        )?;
        let source_times = |inputs: &[Input]| {
            let times = inputs.iter().filter_map(|input| input.modified);
            let newest = times.chain(sources.iter().filter_map(|path| inputs::modified(path))).max();
            newest.filter(|_| !project.keep_times).map(|newest| SourceTimes { newest, read })
        };
        let all_times = source_times(&inputs);
        let several_targets = target_plans.len() > 1;
        let jobs = inputs.len() * target_plans.len();
        // Isolated processes together take no more cores than threads would.
        let limits = Arc::new(opts.limits.limits((opts.threads() / jobs.max(1)).max(1))?);
        let outputs = if project.fat { inputs.len() } else { jobs };
        ensure!(
            opts.output.is_none() || outputs == 1,
            "`-o` names one file, but there are {outputs} to write: use `--out-dir`"
        );
        let shard = match opts.shard {
            Some(ShardArg::Shard(shard)) => Some(shard),
            Some(ShardArg::Auto) => {
                Some(schedulers::shard(&|name: &str| variable(name)?.into_string().ok())?)
            }
            None => None,
        };
        if let Some(stream) = inputs.iter().find(|input| shard.is_some() && input.is_stream) {
            bail!(
                "`{}` can be read only once, and `--shard` reads it before: name a file",
                escaped_path(&stream.path)
            );
        }
        // Parts must choose alike.
        let auto = expect.map(|expect| match shard {
            Some(_) => Auto::typical(expect),
            None => Auto::new(expect, opts.cache_store().as_ref()),
        });
        let mut jobs = Vec::with_capacity(jobs);
        for input in inputs.into_iter().map(Arc::new) {
            // The choice of a backend takes the input, and a stream can't be read again.
            let stream = match auto.is_some() && input.is_stream {
                true => Some(limits.read_stream(&input)?),
                false => None,
            };
            let fat = project.fat.then(|| Arc::new(FatOutput::new(target_plans.len())));
            for target_plan in &target_plans {
                let (way, chosen) = target_plan.way(auto.as_ref(), &input, stream.as_deref(), &limits);
                let path = match &opts.output {
                    Some(path) => path.clone(),
                    None => output(&input, target_plan.suffix.as_deref(), out_dir),
                };
                let output = Output { path, is_named: opts.output.is_some(), fat: fat.clone() };
                let order = jobs.len();
                jobs.push(Job {
                    input: Arc::clone(&input),
                    options: Arc::clone(&way.options),
                    recipe: Arc::clone(&way.recipe),
                    refusal: way.refusal.clone(),
                    chosen,
                    output,
                    hosts: Arc::clone(&target_plan.hosts),
                    limits: Arc::clone(&limits),
                    signatures: Arc::clone(&signatures),
                    budget: project.budget,
                    wants_digests: opts.provenance.is_some(),
                    source_times: source_times(std::slice::from_ref(&*input)),
                    order,
                    stream: Mutex::new(stream.clone()),
                });
            }
        }
        paths::check(&jobs.iter().collect::<Vec<_>>(), &sources, opts)?;
        let depfile = opts.depfile.is_some().then(|| dependencies(&jobs, &sources)).transpose()?;
        // The largest first, so that no thread works alone on it at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.estimate()));
        let warnings = left_out.into_iter().chain(doubts.into_iter().flatten()).collect();
        Ok(Plan { jobs, shard, several_targets, warnings, notes, depfile, source_times: all_times })
    }

    /// Writes a dependency file for make and ninja.
    pub(crate) fn write_depfile(&self, path: &Path) -> Result<()> {
        let Some(text) = &self.depfile else { return Ok(()) };
        let destination = Destination::named(path, Path::new(""));
        let _guard = (!destination.is_stream()).then(interrupt::hold_off);
        destination.write(text)?;
        if let Some(SourceTimes { newest, read }) = self.source_times {
            destination.freshen(newest, read);
        }
        Ok(())
    }
}

/// The backend that the command line names, or that described hosts leave where it names none: all together, or each of
/// them.
fn chosen(named: Option<BackendArg>, hosts: &[DescribedHost], is_for_each: bool) -> Option<Backend> {
    match named {
        Some(BackendArg::Backend(backend)) => Some(backend),
        Some(BackendArg::Auto | BackendArg::Both) => None,
        None if hosts.is_empty() => None,
        None if !is_for_each => Some(fit_all(hosts, None).ok()?.options.backend),
        None => {
            let mut backends =
                hosts.iter().map(|described| Some(precompile::fit(&described.host, None).ok()?.backend));
            let first = backends.next()??;
            backends.all(|backend| backend == Some(first)).then_some(first)
        }
    }
}

/// Checks that a fat artifact is asked for where it must be, and with nothing that has no use for it.
///
/// # Errors
///
/// If it isn't, with the way out.
fn check_fat(project: &Project, opts: &Opts) -> Result<()> {
    if !project.fat {
        ensure!(
            project.backend != Some(BackendArg::Both),
            "`--backend cranelift,winch` makes two artifacts of one: add `--fat`, which joins them, or name one backend"
        );
        return Ok(());
    }
    ensure!(
        opts.shard.is_none(),
        "`--fat` joins slices that parts would compile apart: compile the parts without it, and then all with it, from the \
         cache"
    );
    ensure!(
        opts.provenance.is_none(),
        "`--provenance` is of artifacts for one kind of host: compile them without `--fat`, and join them with \
         `precompile fat`"
    );
    Ok(())
}

/// Checks that a described host isn't given another machine on the command line.
///
/// # Errors
///
/// If it is, with both ways out.
fn check_host(opts: &Opts) -> Result<()> {
    let Project { targets, cpu, platform, .. } = &opts.project;
    let given = [("--target", targets), ("--cpu", cpu), ("--platform", platform)];
    match given.iter().find(|(_, values)| !opts.hosts.is_empty() && !values.is_empty()) {
        Some((option, _)) => bail!(
            "`--for` takes the target, the CPU and the platform from the host's description: leave out `{option}`, \
             or `--for`"
        ),
        None => Ok(()),
    }
}

/// The text of a dependency file for make and ninja.
fn dependencies(jobs: &[Job], sources: &[PathBuf]) -> Result<Vec<u8>> {
    // The slices of a fat artifact have one output.
    let mut seen = HashSet::new();
    let jobs = jobs.iter().filter(|job| !job.output.is_standard() && !job.input.is_standard());
    let jobs = jobs.filter(|job| seen.insert(&job.output.path));
    depfile::text(jobs.map(|job| {
        let inputs = std::iter::once(job.input.path.as_path()).chain(sources.iter().map(PathBuf::as_path));
        (job.output.path.as_path(), inputs.collect())
    }))
}

/// The destination of an artifact without `-o`.
fn output(input: &Input, suffix: Option<&OsStr>, out_dir: Option<&PathBuf>) -> PathBuf {
    if input.is_standard() {
        return STANDARD.into();
    }
    let mut extension = OsString::new();
    if let Some(part) = suffix {
        extension.extend([part, OsStr::new(".")]);
    }
    extension.push("cwasm");
    match out_dir {
        Some(folder) => folder.join(&input.relative).with_extension(extension),
        None => input.path.with_extension(extension),
    }
}
