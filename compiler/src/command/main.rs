//! The command `precompile`.

#![forbid(unsafe_code)]

mod auto;
mod bounds;
mod cache;
mod cache_opts;
mod compare;
mod compile;
mod completions;
mod depfile;
mod done;
mod environment;
mod explain;
mod host_file;
mod inputs;
mod inspect;
mod interrupt;
mod isolate;
mod job;
mod lettered;
mod man;
mod message;
mod missed;
mod named;
mod paths;
mod plan;
mod progress;
mod project;
mod queue;
mod runner;
mod runner_cli;
mod targets;
mod usage;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use message::{Format, Message};
use plan::Plan;
use std::panic::UnwindSafe;
use std::path::Path;
use std::process::ExitCode;

/// Compile WebAssembly ahead of time, with the compiler and for the machine that you choose
///
/// The artifact is run by `precompile-run`, which contains no compiler.
#[derive(Parser)]
#[command(name = "precompile", version, about, after_help = AFTER_HELP)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Command {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    compile: compile::Opts,
}

#[derive(Subcommand)]
enum Verb {
    Cache(cache::Opts),
    Compare(Box<compare::Opts>),
    Explain(explain::Opts),
    Inspect(inspect::Opts),
    Targets(targets::Opts),
    Completions(completions::Opts),
    Man(man::Opts),
}

/// One of the two commands.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Program {
    #[default]
    Precompile,
    PrecompileRun,
}

impl Program {
    /// Its command line.
    fn command(self) -> clap::Command {
        match self {
            Program::Precompile => Command::command(),
            Program::PrecompileRun => runner_cli::command(),
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  precompile app.wasm                                      app.cwasm, for this kind of machine
  precompile --backend winch --target aarch64 app.wasm     compiled fast, for 64-bit Arm Linux
  precompile --backend auto --expect-runs 1000 app.wasm    the one that costs less in all
  precompile --cpu x86-64-v3 --opt-level speed-and-size app.wasm -o fast.cwasm
  precompile --target aarch64,x86_64 --out-dir build plugins/
  precompile                                               what precompile.toml lists:
                                                             inputs = [\"app.wasm\", \"plugins\"]
                                                             backend = \"winch\"
                                                             targets = [\"aarch64\", \"x86_64\"]

Exit codes: 0 all done, 1 an input failed (the others are done), 2 wrong usage, 3 refused
(`explain`: it would not load), 130 interrupted, also by SIGTERM and SIGHUP";

/// An input failed.
const FAILED: u8 = 1;
/// The command line or `precompile.toml` is wrong, as where clap finds out.
const USAGE: u8 = 2;
/// `explain`: it would not load.
const REFUSED: u8 = 3;

fn main() -> ExitCode {
    // No verb, which help and completions would list.
    if let Some(isolated) = isolate::Opts::asked() {
        return guarded(|| isolated.run().map(|()| ExitCode::SUCCESS));
    }
    let command = Command::parse();
    guarded(|| run(&command))
}

/// Runs, and tells what went wrong.
fn guarded(run: impl FnOnce() -> Result<ExitCode> + UnwindSafe) -> ExitCode {
    // A backend's panic is reported as the error that it becomes, not as a crash of ours.
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(run) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            message::tell_error(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
        Err(_) => {
            message::tell_error("precompile has a bug and gave up");
            ExitCode::from(FAILED)
        }
    }
}

fn run(command: &Command) -> Result<ExitCode> {
    let code = |success: bool, code: u8| if success { ExitCode::SUCCESS } else { ExitCode::from(code) };
    match &command.verb {
        Some(Verb::Cache(opts)) => Ok(code(opts.run()?, FAILED)),
        Some(Verb::Compare(opts)) => {
            Ok(code(finish(opts.message_format, opts.input(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Explain(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run())?, REFUSED))
        }
        Some(Verb::Inspect(opts)) => {
            Ok(code(finish(opts.message_format, &opts.artifact, || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Targets(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Completions(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Man(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        None => {
            if let Some(help) = command.compile.lettered().help() {
                message::print_bytes(help.as_bytes())?;
                return Ok(ExitCode::SUCCESS);
            }
            let plan = Plan::new(&command.compile);
            match plan.and_then(|plan| Ok((plan, command.compile.open_cache()?))) {
                Ok((plan, cache)) => Ok(code(command.compile.run(&plan, cache.as_ref())?, FAILED)),
                Err(error) => {
                    message::tell_error(&format!("{error:#}"));
                    if command.compile.message_format == Format::Json {
                        message::print(&Message::Finished { success: false, usage: None })?;
                    }
                    Ok(ExitCode::from(USAGE))
                }
            }
        }
    }
}

/// Runs a verb that is about one artifact, and reports to programs how it ended.
fn finish(format: Format, artifact: &Path, run: impl FnOnce() -> Result<bool>) -> Result<bool> {
    let result = run();
    if format == Format::Json {
        if let Err(error) = &result {
            let error = format!("{error:#}");
            message::print(&Message::Failed { input: artifact, error, target: None })?;
        }
        message::print(&Message::Finished { success: matches!(result, Ok(true)), usage: None })?;
    }
    result
}
