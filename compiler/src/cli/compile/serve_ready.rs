//! `precompile serve-ready INPUT...`: artifacts that can be served at once, and faster ones behind them.

use crate::compile::Opts as CompileOpts;
use crate::compile::job::Job;
use crate::compile::paths;
use crate::compile::plan::Plan;
use crate::compile::results::Results;
use crate::interrupt;
use crate::message::{Format, Message, print, tell};
use crate::shell_words::quoted_file;
use anyhow::{Result, bail, ensure};
use clap::{Arg, Args};
use precompile::artifact::escaped_path;
use precompile::cache::Cache;
use precompile::{Backend, Fallback};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The setting by which a server can interrupt guests.
const EPOCHS: &str = "epoch-interruption";

/// The options of `compile` that have no use here, by their names in `Opts`.
const UNUSED: [&str; 10] = [
    "backend",
    "builder_id",
    "depfile",
    "expect_run_time",
    "expect_runs",
    "fat",
    "plan",
    "project_file",
    "provenance",
    "shard",
];

/// Compile for a server that starts at once, and gets faster
///
/// Writes `app.cwasm` by Winch, and prints how to serve it. Then compiles by Cranelift, into `app.fast.cwasm` and the
/// cache: a server with `--tier` or `--tier-from` takes that code over while it serves. Both artifacts have
/// `-W epoch-interruption`, by which a server can interrupt guests, unless `-W epoch-interruption=n` is given. What Winch
/// can't compile, Cranelift compiles at once.
#[derive(Args)]
#[group(skip)]
#[command(mut_args(for_serving))]
#[command(after_help = "Example: precompile serve-ready app.wasm")]
pub(crate) struct Opts {
    // Before the others, whose last heading it would get.
    /// The faster artifact, by Cranelift [default: the first, with `fast` before `cwasm`]
    #[arg(long, value_name = "FILE", conflicts_with = "out_dir")]
    tier: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) compile: CompileOpts,
}

/// An option of `compile`, as it is here.
fn for_serving(arg: Arg) -> Arg {
    const OUTPUT: &str = "The first artifact, by Winch [default: INPUT, as .cwasm]";
    match arg.get_id().as_str() {
        "inputs" => arg.required(true).help("Components to compile, as binaries or text, or folders of them"),
        "output" => arg.help(OUTPUT).long_help(OUTPUT),
        id if UNUSED.contains(&id) => arg.hide(true),
        _ => arg,
    }
}

/// The two compilations, in their order.
pub(crate) struct Stages {
    first: Stage,
    second: Stage,
}

/// A compilation by one backend.
struct Stage {
    opts: CompileOpts,
    plan: Plan,
}

impl Opts {
    /// Plans both compilations.
    ///
    /// # Errors
    ///
    /// If the command line is wrong.
    pub(crate) fn stages(&self) -> Result<Stages> {
        self.check()?;
        let (first, mut second) = (self.stage(Backend::Winch)?, self.stage(Backend::Cranelift)?);
        for job in &first.plan.jobs {
            let name = escaped_path(&job.input.path);
            ensure!(
                !job.input.is_stream,
                "`{name}` can be read only once, and is compiled twice: name a file"
            );
            ensure!(
                !job.output.is_standard(),
                "a server reads files: name one with `-o`, and not standard output"
            );
        }
        for job in &mut second.plan.jobs {
            job.output.path = self.tier.clone().unwrap_or_else(|| faster(&job.output.path));
            job.output.is_named = self.tier.is_some();
        }
        let jobs: Vec<_> = first.plan.jobs.iter().chain(&second.plan.jobs).collect();
        ensure!(
            self.tier.is_none() || jobs.len() == 2,
            "`--tier` names one file, but there are {} to write: use `--out-dir`",
            jobs.len() / 2
        );
        ensure!(
            self.tier.as_ref() != Some(&first.plan.jobs[0].output.path),
            "`--tier` names the first artifact, too: name another file"
        );
        paths::check(&jobs, &[], &self.compile)?;
        Ok(Stages { first, second })
    }

    /// Checks that there is no option that has no use here.
    fn check(&self) -> Result<()> {
        let CompileOpts { project, depfile, plan, provenance, project_file, shard, .. } = &self.compile;
        let given = [
            ("--backend", project.backend.is_some()),
            ("--expect-runs", project.expect_runs.is_some()),
            ("--expect-run-time", project.expect_run_time.is_some()),
            ("--depfile", depfile.is_some()),
            ("--fat", project.fat),
            ("--provenance", provenance.is_some()),
            ("--project", project_file.is_some()),
            ("--plan", *plan),
            ("--shard", shard.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => {
                bail!(
                    "`serve-ready` compiles INPUT by both backends, and has no use for `{option}`: leave it out"
                )
            }
            None => Ok(()),
        }
    }

    /// The compilation by a backend.
    fn stage(&self, backend: Backend) -> Result<Stage> {
        let mut asked = self.compile.project.clone();
        // The user's own settings count more.
        asked.wasm.insert(0, EPOCHS.into());
        let mut opts = self.compile.clone();
        opts.project = asked.by(backend);
        if backend == Backend::Winch {
            opts.project.fallback = opts.project.fallback.or(Some(Fallback::Cranelift));
        }
        Ok(Stage { plan: Plan::new(&opts)?, opts })
    }
}

impl Stages {
    /// Compiles by Winch, says how to serve that, and compiles by Cranelift. Returns `false` if something failed.
    pub(crate) fn run(self, cache: Option<&Cache>) -> Result<bool> {
        cache.inspect(|cache| interrupt::protect(cache.store()));
        let results = Results::default();
        let Stages { first: Stage { opts, plan: first }, mut second } = self;
        let mut failures = opts.compile_all(&first, cache, &results)?;
        // Both plans have the same inputs.
        let has_failed = |job: &Job| failures.iter().any(|(failed, _)| failed.order == job.order);
        second.plan.jobs.retain(|job| !has_failed(job));
        for tier in &second.plan.jobs {
            if let Some(job) = first.jobs.iter().find(|job| job.order == tier.order) {
                report_ready(&opts, job, tier, cache)?;
            }
        }
        // What both would warn of was said.
        second.plan.warnings.clear();
        second.plan.notes.clear();
        failures.extend(second.opts.compile_all(&second.plan, cache, &results)?);
        opts.finish_cache(cache)?;
        opts.report_failures(&failures, &[], first.several_targets)?;
        results.counts.add_failed(failures.len());
        let success = failures.is_empty();
        opts.report_end(success, first.jobs.len() > 1, &results)?;
        Ok(success)
    }
}

/// Reports a component that can be served.
fn report_ready(opts: &CompileOpts, job: &Job, tier: &Job, cache: Option<&Cache>) -> io::Result<()> {
    let cache = cache.map(|cache| cache.store().folder());
    let (artifact, tier) = (&job.output.path, &tier.output.path);
    match opts.message_format {
        Format::Json => {
            let (input, target) = (&job.input.path, job.options.target.to_string());
            print(&Message::Ready { input, artifact, tier, target, cache })
        }
        Format::Human if opts.quiet => Ok(()),
        Format::Human => {
            let serve = |option: &str, of: &Path| {
                format!("precompile-run serve {option} {} {}", quoted_file(of), quoted_file(artifact))
            };
            let ways = [Some(serve("--tier", tier)), cache.map(|cache| serve("--tier-from", cache))];
            let ways: Vec<_> = ways.into_iter().flatten().collect();
            tell(&format!("`{}` is ready: {}", escaped_path(artifact), ways.join("\n  or: ")));
            Ok(())
        }
    }
}

/// The path of the faster artifact: `app.fast.cwasm` for `app.cwasm`.
fn faster(artifact: &Path) -> PathBuf {
    let mut extension = OsString::from("fast");
    if let Some(old) = artifact.extension() {
        extension.push(".");
        extension.push(old);
    }
    artifact.with_extension(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faster_artifact_is_named_after_the_first() {
        for (artifact, tier) in [
            ("app.cwasm", "app.fast.cwasm"),
            ("out/app.aarch64-unknown-linux-gnu.cwasm", "out/app.aarch64-unknown-linux-gnu.fast.cwasm"),
            ("app", "app.fast"),
        ] {
            assert_eq!(faster(Path::new(artifact)), Path::new(tier));
        }
    }
}
