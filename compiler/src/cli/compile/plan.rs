//! The plan: the jobs that the command line and `precompile.toml` ask for.

use crate::compile::Opts;
use crate::compile::auto::{self, Auto};
use crate::compile::backend_arg::BackendArg;
use crate::compile::depfile;
use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::{self, Collected, Input, STANDARD};
use crate::compile::job::{Job, Output, SourceTimes};
use crate::compile::paths;
use crate::compile::project::Project;
use crate::compile::project_file::FILE;
use crate::described_host::DescribedHost;
use crate::interrupt;
use crate::key_source;
use crate::per_target::{Cpu, PerTarget};
use crate::trust_file;
use crate::walk::Links;
use anyhow::{Context, Result, anyhow, bail, ensure};
use precompile::artifact::trust::Limits;
use precompile::artifact::{Host, escaped_path};
use precompile::cache::Recipe;
use precompile::{
    Backend, Choice, ChoiceError, Chosen, Destination, Expect, Fallback, FitError, FleetFit, KeySource,
    Options, PairError, Platform, Signatures, Target,
};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The jobs to run, the largest input first.
pub(crate) struct Plan {
    pub(crate) jobs: Vec<Job>,
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
            let chosen = chosen(project.backend, &hosts);
            project = project.over(file, chosen);
            sources.push(path);
        }
        let project = &project;
        sources.extend(hosts.iter().map(|described| &described.file).chain(&project.trust).cloned());
        sources.extend(project.sign.as_ref().and_then(KeySource::file).map(PathBuf::from));
        let signatures = Arc::new(signatures(project)?);
        let expect = auto::expect(project.backend, project.expect_runs, project.expect_run_time)?;
        let out_dir = project.out_dir.as_ref();
        let doubts = hosts.iter().map(|described| doubt(described, hosts.len(), &signatures));
        let doubts = doubts.collect::<Result<Vec<_>>>()?;
        let mut notes = Vec::new();
        let target_plans = match hosts.is_empty() {
            true => target_plans(project, expect)?,
            false => host_plans(project, hosts, expect, &mut notes)?,
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
        ensure!(
            opts.output.is_none() || jobs == 1,
            "`-o` names one file, but there are {jobs} to write: use `--out-dir`"
        );
        let auto = expect.map(|expect| Auto::new(expect, opts.cache_store().as_ref()));
        let mut jobs = Vec::with_capacity(jobs);
        for input in inputs {
            // The choice of a backend takes the input, and a stream can't be read again.
            let stream = match auto.is_some() && input.is_stream {
                true => Some(limits.read_stream(&input)?),
                false => None,
            };
            for target_plan in &target_plans {
                let (way, chosen) = target_plan.way(auto.as_ref(), &input, stream.as_deref(), &limits);
                let path = match &opts.output {
                    Some(path) => path.clone(),
                    None => output(&input, target_plan.suffix.as_deref(), out_dir),
                };
                let output = Output { path, is_named: opts.output.is_some() };
                let order = jobs.len();
                jobs.push(Job {
                    input: input.clone(),
                    options: Arc::clone(&way.options),
                    recipe: Arc::clone(&way.recipe),
                    refusal: way.refusal.clone(),
                    chosen,
                    output,
                    hosts: Arc::clone(&target_plan.hosts),
                    limits: Arc::clone(&limits),
                    signatures: Arc::clone(&signatures),
                    wants_digests: opts.provenance.is_some(),
                    source_times: source_times(std::slice::from_ref(&input)),
                    order,
                    stream: Mutex::new(stream.clone()),
                });
            }
        }
        paths::check(&jobs, &sources, opts)?;
        let depfile = opts.depfile.is_some().then(|| dependencies(&jobs, &sources)).transpose()?;
        // The largest first, so that no thread works alone on it at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.input.bytes));
        let warnings = left_out.into_iter().chain(doubts.into_iter().flatten()).collect();
        Ok(Plan { jobs, several_targets, warnings, notes, depfile, source_times: all_times })
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

/// The backend that the command line names, or that described hosts leave where it names none.
fn chosen(named: Option<BackendArg>, hosts: &[DescribedHost]) -> Option<Backend> {
    match named {
        Some(BackendArg::Backend(backend)) => Some(backend),
        Some(BackendArg::Auto) => None,
        None if hosts.is_empty() => None,
        None => Some(fit_all(hosts, None).ok()?.options.backend),
    }
}

/// The options for artifacts that fit all of these hosts.
fn fit_all(hosts: &[DescribedHost], backend: Option<Backend>) -> Result<FleetFit, FitError> {
    let hosts: Vec<&Host> = hosts.iter().map(|described| &described.host).collect();
    precompile::fit_all(&hosts, backend)
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

/// The signatures that a project asks for.
///
/// # Errors
///
/// If the key or the trust file can't be read.
fn signatures(project: &Project) -> Result<Signatures> {
    let trust = project.trust.as_deref().map(trust_file::read).transpose()?;
    let key = project.sign.as_ref().map(key_source::read).transpose()?;
    Ok(Signatures::new(trust, key))
}

/// The reason why a host, of so many, may refuse artifacts with these signatures, if it demands others.
///
/// # Errors
///
/// If the keys that the host trusts can't be read.
fn doubt(described: &DescribedHost, hosts: usize, signatures: &Signatures) -> Result<Option<String>> {
    let Some(trust) = trust_file::of_host(&described.host)? else { return Ok(None) };
    let is_trusted = |key| trust.keys().iter().any(|trusted| trusted.key.id == key);
    let is_limited = |key| {
        let no_limits = Limits::default();
        trust.keys().iter().any(|trusted| trusted.key.id == key && trusted.limits != no_limits)
    };
    let doubt: Option<String> = match signatures.signer() {
        None => Some("this host runs signed artifacts only: sign them, by `--sign`".into()),
        Some(key) if !is_trusted(key) => Some(format!(
            "this host doesn't trust the key {key}: sign with one that it trusts, or have it trust this one, by \
             `precompile trust add`"
        )),
        Some(key) if is_limited(key) => {
            Some(format!("this host trusts the key {key} within limits: see `precompile explain`"))
        }
        Some(_) if trust.threshold() > 1 => Some(format!(
            "this host runs what {} keys have signed: have the others sign, too, by `precompile attest`",
            trust.threshold()
        )),
        Some(_) => None,
    };
    Ok(match hosts {
        1 => doubt,
        _ => doubt.map(|doubt| format!("`{}`: {doubt}", escaped_path(&described.file))),
    })
}

/// The text of a dependency file for make and ninja.
fn dependencies(jobs: &[Job], sources: &[PathBuf]) -> Result<Vec<u8>> {
    let jobs = jobs.iter().filter(|job| !job.output.is_standard() && !job.input.is_standard());
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

/// The ways to compile each input for one target, or for some of the described hosts.
struct TargetPlan {
    /// What is between the names of input and output, where there is more than one output for an input.
    suffix: Option<OsString>,
    /// The hosts that the artifacts must fit.
    hosts: Arc<[DescribedHost]>,
    /// The ways: one, or one for each backend that may be chosen.
    ways: Vec<Way>,
}

/// A way to compile.
struct Way {
    options: Arc<Options>,
    recipe: Arc<Recipe>,
    /// The reason why another backend replaces the requested one, whatever the input.
    refusal: Option<PairError>,
}

impl Way {
    fn new((options, refusal): (Options, Option<PairError>)) -> Way {
        let recipe = Arc::new(precompile::recipe(&options));
        Way { options: Arc::new(options), recipe, refusal }
    }

    /// A way that hosts allow.
    fn fitted(options: Options) -> Way {
        Way::new((options, None))
    }
}

impl TargetPlan {
    /// The way for an input, and the choice that led to it.
    fn way(
        &self,
        auto: Option<&Auto>,
        input: &Input,
        bytes: Option<&[u8]>,
        limits: &InputLimits,
    ) -> (&Way, Option<Chosen>) {
        let Some(auto) = auto else { return (&self.ways[0], None) };
        let backends: Vec<_> = self.ways.iter().map(|way| way.options.backend).collect();
        let (at, chosen) = auto.choose(&backends, input, bytes, limits);
        (&self.ways[at], Some(chosen))
    }
}

/// The ways to compile for described hosts: into a folder for each that needs another artifact, and one for all
/// otherwise.
fn host_plans(
    project: &Project,
    hosts: Vec<DescribedHost>,
    expect: Option<Expect>,
    notes: &mut Vec<String>,
) -> Result<Vec<TargetPlan>> {
    let choice = project.choice();
    if project.out_dir.is_none() {
        let unused = fit_all(&hosts, choice.backend)?.unused_cpu_features;
        if !unused.is_empty() {
            notes.push(format!(
                "not all of these {} hosts have {}: no artifact uses what one lacks; `--out-dir` compiles for each",
                hosts.len(),
                unused.join(", ")
            ));
        }
        let ways = ways_for(&choice, &hosts, expect)?;
        return Ok(vec![TargetPlan {
            suffix: None,
            hosts: hosts.into(),
            ways: ways.into_iter().map(Way::fitted).collect(),
        }]);
    }
    let mut groups: Vec<(Vec<Options>, Vec<DescribedHost>)> = Vec::new();
    for host in hosts {
        let ways = ways_for(&choice, std::slice::from_ref(&host), expect)
            .with_context(|| format!("`{}`", escaped_path(&host.file)))?;
        match groups.iter_mut().find(|(known, _)| *known == ways) {
            Some((_, hosts)) => hosts.push(host),
            None => groups.push((ways, vec![host])),
        }
    }
    let several = groups.len() > 1;
    let plan = |(ways, hosts): (Vec<Options>, Vec<DescribedHost>)| TargetPlan {
        suffix: several.then(|| hosts[0].name().into()),
        hosts: hosts.into(),
        ways: ways.into_iter().map(Way::fitted).collect(),
    };
    Ok(groups.into_iter().map(plan).collect())
}

/// The ways to compile for all of these hosts: those that they and the other options allow; or the reason why there is
/// none.
fn ways_for(choice: &Choice, hosts: &[DescribedHost], expect: Option<Expect>) -> Result<Vec<Options>> {
    let fit = |backend| anyhow::Ok(choice.adjust(fit_all(hosts, backend)?.options)?);
    if expect.is_none() {
        return Ok(vec![fit(choice.backend)?]);
    }
    let mut ways: Vec<_> = Backend::ALL.into_iter().filter_map(|backend| fit(Some(backend)).ok()).collect();
    if let [one, other] = &mut ways[..] {
        // Hosts that accept both accept the fallback.
        let winch = if one.backend == Backend::Winch { one } else { other };
        winch.fallback = winch.fallback.or(Some(Fallback::Cranelift));
    }
    if ways.is_empty() { Ok(vec![fit(None)?]) } else { Ok(ways) }
}

/// The ways to compile for each target.
fn target_plans(project: &Project, expect: Option<Expect>) -> Result<Vec<TargetPlan>> {
    let choice = project.choice();
    let names = project.targets.iter();
    let mut targets = names.map(|name| name.parse()).collect::<Result<Vec<Target>, _>>()?;
    if targets.is_empty() {
        targets.push(Target::host().context("this machine needs `--target`")?);
    }
    if let Some(twice) = (1..targets.len()).find(|at| targets[..*at].contains(&targets[*at])) {
        bail!("the target `{}` is named twice: leave one out", targets[twice]);
    }
    let cpus = PerTarget::<Cpu>::parse(project.cpu.iter().map(String::as_str))?;
    let platforms = PerTarget::<Platform>::parse(project.platform.iter().map(String::as_str))?;
    cpus.check(&targets)?;
    platforms.check(&targets)?;
    let several = targets.len() > 1;
    let target_plans = targets.into_iter().map(|target| {
        let cpu = cpus.of(&target).map(|cpu| cpu.0.clone());
        let platform = platforms.of(&target).copied();
        let choice = Choice { expect, platform, cpu, ..choice.clone() };
        let ways = choice.candidates(&target).map_err(|error| match error {
            ChoiceError::Cpu(error) if several => {
                anyhow!("{error}; a CPU for one target alone is written `TARGET=LEVEL`")
            }
            error => error.into(),
        })?;
        Ok(TargetPlan {
            suffix: several.then(|| target.to_string().into()),
            hosts: Arc::new([]),
            ways: ways.into_iter().map(Way::new).collect(),
        })
    });
    target_plans.collect()
}
