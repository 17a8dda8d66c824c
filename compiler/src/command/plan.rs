//! From the command line and `precompile.toml` to the jobs to do.

use crate::compile::{OptLevelArg, Opts};
use crate::inputs::{self, Input, STANDARD};
use crate::job::{Job, Output};
use crate::message::Format;
use crate::project::{self, Project};
use crate::{depfile, host_file, setting};
use anyhow::{Context, Result, anyhow, bail, ensure};
use precompile::artifact::Host;
use precompile::{Backend, Cpu, OptLevel, Options, PairError, Platform, Target};
use std::collections::HashMap;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

/// What to compile, largest first.
pub(crate) struct Plan {
    pub(crate) jobs: Vec<Job>,
    /// Whether there is more than one target.
    pub(crate) several_targets: bool,
    /// What the plan was made from, besides the command line.
    sources: Vec<PathBuf>,
}

impl Plan {
    /// Makes a plan. Every error is a mistake on the command line or in `precompile.toml`.
    pub(crate) fn new(opts: &Opts) -> Result<Plan> {
        let mut sources = Vec::new();
        let project = match opts.inputs.is_empty() {
            true => {
                let no_input = "no INPUT is named, and there is no `precompile.toml` here: use `precompile \
                                app.wasm`, or a file with a line like `inputs = [\"app.wasm\"]`";
                sources.push(project::FILE.into());
                Project::read()?.ok_or_else(|| anyhow!(no_input))?
            }
            false => Project { inputs: opts.inputs.clone(), ..Project::default() },
        };
        let host = opts.host.as_deref().map(host_file::read).transpose()?;
        sources.extend(opts.host.clone());
        let options = all_options(opts, &project, host.as_ref())?;
        let inputs = inputs::collect(&project.inputs)?;
        let several_targets = options.len() > 1;
        let out_dir = opts.out_dir.as_ref().or(project.out_dir.as_ref());
        let jobs = inputs.len() * options.len();
        ensure!(
            opts.output.is_none() || jobs == 1,
            "`-o` names one file, but there are {jobs} to write: use `--out-dir`"
        );
        let mut jobs = Vec::with_capacity(jobs);
        for input in inputs {
            for options in &options {
                let path = match &opts.output {
                    Some(path) => path.clone(),
                    None => output(&input, options, several_targets, out_dir),
                };
                let output = Output { path, make_folders: opts.output.is_none() };
                let order = jobs.len();
                jobs.push(Job {
                    input: input.clone(),
                    options: options.clone(),
                    output,
                    host: host.clone(),
                    order,
                });
            }
        }
        check_outputs(&jobs, opts)?;
        // The largest first, so that no thread is left alone with it at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.input.bytes));
        Ok(Plan { jobs, several_targets, sources })
    }

    /// Writes a dependency file for make and ninja.
    pub(crate) fn write_depfile(&self, path: &Path) -> Result<()> {
        let rules =
            self.jobs.iter().filter(|job| !job.output.is_standard() && !job.input.is_standard()).map(|job| {
                let inputs = std::iter::once(job.input.path.as_path())
                    .chain(self.sources.iter().map(PathBuf::as_path));
                (job.output.path.as_path(), inputs.collect())
            });
        precompile::write(path, depfile::text(rules).as_bytes(), Path::new(""))?;
        Ok(())
    }
}

/// Where an artifact goes if no `-o` says so.
fn output(input: &Input, options: &Options, several_targets: bool, out_dir: Option<&PathBuf>) -> PathBuf {
    if input.is_standard() {
        return STANDARD.into();
    }
    let extension = match several_targets {
        true => format!("{}.cwasm", options.target),
        false => "cwasm".into(),
    };
    match out_dir {
        Some(folder) => folder.join(&input.relative).with_extension(extension),
        None => input.path.with_extension(extension),
    }
}

fn check_outputs(jobs: &[Job], opts: &Opts) -> Result<()> {
    let is_input =
        |path: &PathBuf| jobs.iter().any(|job| job.input.path == *path && !job.input.is_standard());
    let mut outputs = HashMap::new();
    for job in jobs {
        // Its own input it doesn't overwrite either, but may have more to say about it.
        ensure!(
            job.output.path == job.input.path || !is_input(&job.output.path),
            "the output `{}` is an input: choose another with `-o` or `--out-dir`",
            job.output.path.display()
        );
        if let Some(other) = outputs.insert(&job.output.path, &job.input.path) {
            bail!(
                "`{}` and `{}` would both become `{}`: compile them apart, with `-o` or `--out-dir`",
                other.display(),
                job.input.path.display(),
                job.output.path.display()
            );
        }
        if job.output.is_standard() {
            ensure!(!stdout().is_terminal(), "an artifact is no text for a terminal: name a file with `-o`");
            ensure!(
                opts.message_format == Format::Human,
                "standard output can't hold both an artifact and JSON: name a file with `-o`"
            );
        }
    }
    if let Some(depfile) = opts.depfile.as_ref().filter(|path| is_input(path) || outputs.contains_key(path)) {
        bail!("the dependency file `{}` is an input or an output: choose another", depfile.display());
    }
    Ok(())
}

/// The options for each target.
fn all_options(opts: &Opts, project: &Project, host: Option<&Host>) -> Result<Vec<Options>> {
    let backend = opts.backend.or(project.backend);
    if let Some(host) = host {
        return Ok(vec![adjusted(opts, precompile::fit(host, backend)?)?]);
    }
    let names = if opts.targets.is_empty() { &project.targets } else { &opts.targets };
    let mut targets = names.iter().map(|name| name.parse()).collect::<Result<Vec<Target>, _>>()?;
    if targets.is_empty() {
        targets.push(Target::host().context("this machine needs `--target`")?);
    }
    if let Some(twice) = (1..targets.len()).find(|at| targets[..*at].contains(&targets[*at])) {
        bail!("the target `{}` is named twice: leave one out", targets[twice]);
    }
    let (backend, platform) = (backend.unwrap_or(Backend::Cranelift), opts.platform.or(project.platform));
    let cpu = opts.cpu.as_ref().or(project.cpu.as_ref());
    let options = targets.into_iter().map(|target| {
        let cpu = cpu.map(|text| Cpu::parse(text, &target)).transpose()?.unwrap_or_default();
        adjusted(opts, Options { cpu, ..preset(opts, backend, &target, platform)? })
    });
    options.collect()
}

fn preset(
    opts: &Opts,
    backend: Backend,
    target: &Target,
    platform: Option<Platform>,
) -> Result<Options, PairError> {
    let preset = |backend| {
        let platform = platform.unwrap_or_else(|| target.default_platform(backend));
        Options::new(backend, target.clone(), platform)
    };
    match (preset(backend), opts.fallback) {
        // It can compile nothing for this target, so Cranelift stands in at once.
        (Err(PairError::Winch { .. } | PairError::WinchWithoutSignals { .. }), Some(_)) => {
            preset(Backend::Cranelift)
        }
        (options, _) => options,
    }
}

/// The options, with what the command line says of settings.
fn adjusted(opts: &Opts, mut options: Options) -> Result<Options> {
    options.fallback = opts.fallback;
    if let Some(level) = opts.opt_level {
        ensure!(
            options.backend != Backend::Winch,
            "winch has no optimisation levels: leave `--opt-level` out, or use `--backend cranelift`"
        );
        options.opt_level = match level {
            OptLevelArg::None => OptLevel::None,
            OptLevelArg::Speed => OptLevel::Speed,
            OptLevelArg::SpeedAndSize => OptLevel::SpeedAndSize,
        };
    }
    for (letter, text) in opts.settings() {
        setting::apply(&mut options, letter, text).map_err(|error| anyhow!(error))?;
    }
    options.check()?;
    Ok(options)
}
