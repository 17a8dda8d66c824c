//! From the command line and `precompile.toml` to the jobs to do.

use crate::compile::Opts;
use crate::compile::auto::{self, Auto};
use crate::compile::backend_arg::BackendArg;
use crate::compile::depfile;
use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::{self, Found, Input, Links, STANDARD};
use crate::compile::job::{Ages, Job, Output};
use crate::compile::paths;
use crate::compile::project::{FILE, Project};
use crate::cpus::Cpus;
use crate::host_file;
use crate::interrupt;
use anyhow::{Context, Result, anyhow, bail, ensure};
use precompile::artifact::{Host, shown_path};
use precompile::cache::Recipe;
use precompile::{
    Backend, Choice, ChoiceError, Chosen, Destination, Expect, Fallback, Options, PairError, Target,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// What to compile, largest first.
pub(crate) struct Plan {
    pub(crate) jobs: Vec<Job>,
    /// There is more than one target.
    pub(crate) several_targets: bool,
    /// What was left out, and why, for people.
    pub(crate) left_out: Vec<String>,
    /// The text of the dependency file, where one is asked for.
    depfile: Option<Vec<u8>>,
    /// The times of all that is compiled.
    ages: Option<Ages>,
}

impl Plan {
    /// Makes a plan. Every error is a mistake on the command line or in `precompile.toml`.
    pub(crate) fn new(opts: &Opts) -> Result<Plan> {
        let mut sources = Vec::new();
        let project = match opts.inputs.is_empty() {
            true => {
                let no_input = "no INPUT is named, and there is no `precompile.toml` here: use `precompile \
                                app.wasm`, or a file with a line like `inputs = [\"app.wasm\"]`";
                let file = opts.project();
                let named = || {
                    format!("there is no `{}`: name the file that lists what to compile", shown_path(&file))
                };
                let missing = || anyhow!(if file == Path::new(FILE) { no_input.into() } else { named() });
                let project = Project::read(&file)?.ok_or_else(missing)?;
                sources.push(file);
                project
            }
            false => Project { inputs: opts.inputs.clone(), ..Project::default() },
        };
        let host = opts.host.as_deref().map(host_file::read).transpose()?;
        sources.extend(opts.host.clone());
        let named = opts.backend.or(project.backend);
        // Who names a backend overrides what the project expects, too.
        let expected = match opts.backend {
            Some(BackendArg::Backend(_)) => (None, None),
            Some(BackendArg::Auto) | None => (project.expect_runs, project.expect_run_time),
        };
        let runs = opts.expect_runs.or(expected.0);
        let expect = auto::expect(named, runs, opts.expect_run_time.or(expected.1))?;
        let wanted = all_wanted(opts, &project, host.as_ref(), expect)?;
        let out_dir = opts.out_dir.as_ref().or(project.out_dir.as_ref());
        let follow_out = opts.follow_links || project.follow_links;
        let read = SystemTime::now();
        let Found { inputs, left_out } =
            inputs::collect(&project.inputs, Links { follow_out, has_out_dir: out_dir.is_some() })?;
        let ages = |inputs: &[Input]| {
            let times = inputs.iter().filter_map(|input| input.modified);
            let newest = times.chain(sources.iter().filter_map(|path| inputs::modified(path))).max();
            newest.filter(|_| !opts.keep_times).map(|newest| Ages { newest, read })
        };
        let all_ages = ages(&inputs);
        let several_targets = wanted.len() > 1;
        let host = host.map(Arc::new);
        let jobs = inputs.len() * wanted.len();
        // So that processes of their own take no more cores together than threads would.
        let limits = Arc::new(opts.limits.limits((opts.threads() / jobs.max(1)).max(1))?);
        ensure!(
            opts.output.is_none() || jobs == 1,
            "`-o` names one file, but there are {jobs} to write: use `--out-dir`"
        );
        let auto = expect.map(|expect| Auto::new(expect, opts.cache_store().as_ref()));
        let mut jobs = Vec::with_capacity(jobs);
        for input in inputs {
            // Which backend is cheaper stands in the input, and a stream can't be read again.
            let stream = match auto.is_some() && input.is_stream {
                true => Some(limits.read_stream(&input)?),
                false => None,
            };
            for wanted in &wanted {
                let (way, chosen) = wanted.way(auto.as_ref(), &input, stream.as_deref(), &limits);
                let path = match &opts.output {
                    Some(path) => path.clone(),
                    None => output(&input, &wanted.target, several_targets, out_dir),
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
                    host: host.clone(),
                    limits: Arc::clone(&limits),
                    ages: ages(std::slice::from_ref(&input)),
                    order,
                    stream: Mutex::new(stream.clone()),
                });
            }
        }
        paths::check(&jobs, &sources, opts)?;
        let depfile = opts.depfile.is_some().then(|| dependencies(&jobs, &sources)).transpose()?;
        // The largest first, so that no thread is left alone with it at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.input.bytes));
        Ok(Plan { jobs, several_targets, left_out, depfile, ages: all_ages })
    }

    /// Writes a dependency file for make and ninja.
    pub(crate) fn write_depfile(&self, path: &Path) -> Result<()> {
        let Some(text) = &self.depfile else { return Ok(()) };
        let destination = Destination::named(path, Path::new(""));
        let _guard = (!destination.is_stream()).then(interrupt::hold_off);
        destination.write(text)?;
        if let Some(Ages { newest, read }) = self.ages {
            destination.freshen(newest, read);
        }
        Ok(())
    }
}

/// The text of a dependency file for make and ninja.
fn dependencies(jobs: &[Job], sources: &[PathBuf]) -> Result<Vec<u8>> {
    let jobs = jobs.iter().filter(|job| !job.output.is_standard() && !job.input.is_standard());
    depfile::text(jobs.map(|job| {
        let inputs = std::iter::once(job.input.path.as_path()).chain(sources.iter().map(PathBuf::as_path));
        (job.output.path.as_path(), inputs.collect())
    }))
}

/// Where an artifact goes if no `-o` says so.
fn output(input: &Input, target: &Target, several_targets: bool, out_dir: Option<&PathBuf>) -> PathBuf {
    if input.is_standard() {
        return STANDARD.into();
    }
    let extension = match several_targets {
        true => format!("{target}.cwasm"),
        false => "cwasm".into(),
    };
    match out_dir {
        Some(folder) => folder.join(&input.relative).with_extension(extension),
        None => input.path.with_extension(extension),
    }
}

/// What is wanted of each input.
struct Wanted {
    /// The target that was asked for.
    target: Target,
    /// How to get there: one way, or one for each backend that may be chosen.
    ways: Vec<Way>,
}

/// A way to compile.
struct Way {
    options: Arc<Options>,
    recipe: Arc<Recipe>,
    /// Why another backend stands in for the one that was asked for, whatever the input.
    refusal: Option<PairError>,
}

impl Way {
    fn new((options, refusal): (Options, Option<PairError>)) -> Way {
        let recipe = Arc::new(precompile::recipe(&options));
        Way { options: Arc::new(options), recipe, refusal }
    }
}

impl Wanted {
    /// The way for an input, and by what it was chosen.
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

/// What is wanted, for each target.
fn all_wanted(
    opts: &Opts,
    project: &Project,
    host: Option<&Host>,
    expect: Option<Expect>,
) -> Result<Vec<Wanted>> {
    let backend = match opts.backend.or(project.backend) {
        Some(BackendArg::Backend(backend)) => Some(backend),
        Some(BackendArg::Auto) | None => None,
    };
    if let Some(host) = host {
        let fit = |backend| anyhow::Ok(opts.choice().adjust(precompile::fit(host, backend)?)?);
        let ways: Vec<Options> = match expect {
            None => vec![fit(backend)?],
            // Those that the host and the other options allow; or why there is none.
            Some(_) => {
                let mut ways: Vec<_> =
                    Backend::ALL.into_iter().filter_map(|backend| fit(Some(backend)).ok()).collect();
                if let [one, other] = &mut ways[..] {
                    // Each host that takes both takes what stands in.
                    let winch = if one.backend == Backend::Winch { one } else { other };
                    winch.fallback = winch.fallback.or(Some(Fallback::Cranelift));
                }
                if ways.is_empty() { vec![fit(None)?] } else { ways }
            }
        };
        let target = ways[0].target.clone();
        return Ok(vec![Wanted {
            target,
            ways: ways.into_iter().map(|way| Way::new((way, None))).collect(),
        }]);
    }
    let names = if opts.targets.is_empty() { &project.targets } else { &opts.targets };
    let mut targets = names.iter().map(|name| name.parse()).collect::<Result<Vec<Target>, _>>()?;
    if targets.is_empty() {
        targets.push(Target::host().context("this machine needs `--target`")?);
    }
    if let Some(twice) = (1..targets.len()).find(|at| targets[..*at].contains(&targets[*at])) {
        bail!("the target `{}` is named twice: leave one out", targets[twice]);
    }
    let cpus = match opts.cpu.is_empty() {
        true => project.cpu.clone(),
        false => Cpus::parse(opts.cpu.iter().map(String::as_str))?,
    };
    cpus.check(&targets)?;
    let several = targets.len() > 1;
    let choice = Choice { backend, expect, platform: opts.platform.or(project.platform), ..opts.choice() };
    let wanted = targets.into_iter().map(|target| {
        let choice = Choice { cpu: cpus.of(&target).map(String::from), ..choice.clone() };
        let ways = choice.candidates(&target).map_err(|error| match error {
            ChoiceError::Cpu(error) if several => {
                anyhow!("{error}; a CPU for one target alone is written `TARGET=LEVEL`")
            }
            error => error.into(),
        })?;
        Ok(Wanted { target, ways: ways.into_iter().map(Way::new).collect() })
    });
    wanted.collect()
}
