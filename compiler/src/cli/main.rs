//! The command `precompile`.

#![forbid(unsafe_code)]

mod arguments;
mod artifacts;
mod attest;
mod audit;
mod cache;
mod cache_opts;
mod columns;
mod compare;
mod compile;
mod completions;
mod cpu_levels;
mod demangled;
mod described_host;
mod difference;
mod environment;
mod explain;
mod explore;
mod failures;
mod fat;
mod hinted;
mod host_file;
mod html_page;
mod inspect;
mod interrupt;
mod key_source;
mod keygen;
mod kind;
mod left_out;
mod man;
mod message;
mod per_target;
mod process_status;
mod progress;
mod read_artifact;
mod recompile;
mod reproduce;
mod runner;
mod runner_cli;
mod setting_args;
mod shell_words;
mod sign;
mod signing;
mod symbolize;
mod targets;
mod threads;
mod trust;
mod trust_file;
mod units;
mod unreadable;
mod usage;
mod value_parsers;
mod verify;
mod version;
mod walk;

use anyhow::{Result, bail, ensure};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use compile::plan::Plan;
use kind::Kind;
use message::{Format, Message};
use precompile::artifact::Escaped;
use std::ffi::OsString;
use std::panic::UnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The allocator of a build by musl, whose own is slow.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compile WebAssembly ahead of time, with the compiler and for the machine that you choose
///
/// The artifact is run by `precompile-run`, which contains no compiler.
#[derive(Parser)]
#[command(name = "precompile", version = version::TEXT.as_str())]
#[command(about = "Compile WebAssembly ahead of time with Cranelift or Winch")]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP, args_conflicts_with_subcommands = true)]
struct Command {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    compile: compile::Opts,
}

#[derive(Subcommand)]
enum Verb {
    /// Compile, as without a command's name: `precompile app.wasm`
    Compile(Box<compile::Opts>),
    ServeReady(Box<compile::serve_ready::Opts>),
    Inspect(inspect::Opts),
    Explain(explain::Opts),
    Explore(Box<explore::Opts>),
    Fat(fat::Opts),
    Audit(audit::Opts),
    Symbolize(symbolize::Opts),
    Compare(Box<compare::Opts>),
    Keygen(keygen::Opts),
    Sign(sign::Opts),
    Verify(verify::Opts),
    Trust(trust::Opts),
    Reproduce(reproduce::Opts),
    Attest(attest::Opts),
    Targets(targets::Opts),
    Cache(cache::Opts),
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
    /// The program's command line.
    fn command(self) -> clap::Command {
        match self {
            Program::Precompile => command(),
            Program::PrecompileRun => runner_cli::command(),
        }
    }
}

const AFTER_HELP: &str = "\
Example: precompile app.wasm && precompile-run app.cwasm";

const AFTER_LONG_HELP: &str = "\
Examples:
  precompile app.wasm                                      app.cwasm, for this kind of machine
  precompile --backend winch --target aarch64 app.wasm     compiled fast, for 64-bit Arm Linux
  precompile --backend auto --expect-runs 1000 app.wasm    by the backend cheaper in total
  precompile --cpu x86-64-v3 -Os app.wasm -o fast.cwasm
  precompile --target aarch64,x86_64 --out-dir build plugins/
  precompile                                               the inputs in precompile.toml:
                                                             inputs = [\"app.wasm\", \"plugins\"]
                                                             backend = \"winch\"
                                                             targets = [\"aarch64\", \"x86_64\"]

An input with a command's name needs a folder before it: ./compile

Exit codes: 0 all done, 1 an input failed (the others are done), or `audit` found a
fault, 2 wrong usage, 3 refused (`explain`: it would not load), 130 interrupted, also by
SIGTERM and SIGHUP";

/// The exit code where an input failed.
const FAILED: u8 = 1;
/// The exit code where the command line or `precompile.toml` is wrong; clap's is the same.
const USAGE: u8 = 2;
/// The exit code of `explain` for an artifact that would not load.
const REFUSED: u8 = 3;

fn main() -> ExitCode {
    // A verb would be listed in help and completions.
    if let Some(isolated) = compile::isolate::Opts::of_child() {
        return guarded(|| isolated.run().map(|()| ExitCode::SUCCESS));
    }
    #[cfg(feature = "remote-exec")]
    if let Some(worker) = compile::remote::worker::Opts::of_worker() {
        return guarded(|| worker.run().map(|()| ExitCode::SUCCESS));
    }
    let arguments: Vec<_> = std::env::args_os().collect();
    let command = parse(arguments.clone()).unwrap_or_else(|error| {
        // The error repeats arguments, and a shell may have filled names in: parse again, with names as they are shown.
        let shown = |argument: &OsString| match argument.to_str() {
            Some(text) => Escaped(text).to_string().into(),
            // The error is about an argument that is no text.
            None => argument.clone(),
        };
        parse(arguments.iter().map(shown).collect()).err().unwrap_or(error).exit()
    });
    guarded(|| run(&command))
}

fn parse(arguments: Vec<OsString>) -> Result<Command, clap::Error> {
    let arguments = arguments::in_order(arguments, &command());
    Command::from_arg_matches(&command().try_get_matches_from(arguments)?)
}

/// The command line. Its `-h` fits a screen.
fn command() -> clap::Command {
    let short = |arg: clap::Arg| {
        let is_short = compile::SHORT_HELP.contains(&arg.get_id().as_str());
        arg.hide_short_help(!is_short)
    };
    let short_ready = |arg: clap::Arg| if arg.get_id() == "tier" { arg } else { short(arg) };
    Command::command()
        .mut_args(short)
        .mut_subcommand("compile", |command| command.mut_args(short))
        .mut_subcommand("serve-ready", |command| command.mut_args(short_ready))
}

/// Runs a command, and reports its error or panic.
fn guarded(run: impl FnOnce() -> Result<ExitCode> + UnwindSafe) -> ExitCode {
    // A backend's panic becomes an error, and is reported as that.
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
        Some(Verb::Audit(opts)) => audit(opts),
        Some(Verb::Cache(opts)) => Ok(code(opts.run()?, FAILED)),
        Some(Verb::Compare(opts)) => {
            Ok(code(finish(opts.message_format, opts.input(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Explain(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run())?, REFUSED))
        }
        Some(Verb::Explore(opts)) => {
            Ok(code(finish(opts.message_format, opts.input(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Fat(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Inspect(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Keygen(opts)) => {
            Ok(code(finish(opts.message_format, &opts.output, || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Sign(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Verify(opts)) => {
            Ok(code(finish(opts.message_format, opts.artifact(), || opts.run())?, REFUSED))
        }
        Some(Verb::Reproduce(opts)) => {
            Ok(code(finish(opts.message_format, &opts.artifact, || opts.run())?, REFUSED))
        }
        Some(Verb::Attest(opts)) => {
            Ok(code(finish(opts.message_format, &opts.artifact, || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Trust(opts)) => {
            let (file, format) = opts.file();
            Ok(code(finish(format, file, || opts.run().map(|()| true))?, FAILED))
        }
        Some(Verb::Symbolize(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Targets(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Completions(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Man(opts)) => opts.run().map(|()| ExitCode::SUCCESS),
        Some(Verb::Compile(opts)) => compile(opts, || Ok(())),
        Some(Verb::ServeReady(opts)) => serve_ready(opts),
        None => compile(&command.compile, || check_name(&command.compile.project.inputs)),
    }
}

/// Compiles, unless `check` or the command line finds an error.
fn compile(opts: &compile::Opts, check: impl FnOnce() -> Result<()>) -> Result<ExitCode> {
    if let Some(help) = opts.project.setting_args().help() {
        message::print_bytes(help.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = check().and_then(|()| Plan::new(opts));
    match plan.and_then(|plan| Ok((plan, opts.open_cache()?))) {
        Ok((plan, cache)) => {
            let success = opts.run(plan, cache.as_ref())?;
            Ok(if success { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
        }
        Err(error) => misused(opts.message_format, &error),
    }
}

/// Compiles for a server, unless the command line has an error.
fn serve_ready(opts: &compile::serve_ready::Opts) -> Result<ExitCode> {
    if let Some(help) = opts.compile.project.setting_args().help() {
        message::print_bytes(help.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    match opts.stages().and_then(|stages| Ok((stages, opts.compile.open_cache()?))) {
        Ok((stages, cache)) => {
            let success = stages.run(cache.as_ref())?;
            Ok(if success { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
        }
        Err(error) => misused(opts.compile.message_format, &error),
    }
}

/// Audits, unless the table of advisories is none.
fn audit(opts: &audit::Opts) -> Result<ExitCode> {
    let format = opts.message_format;
    let table = match opts.table() {
        Ok(table) => table,
        Err(error) => return misused(format, &error),
    };
    let result = opts.run(&table);
    if format == Format::Json {
        let success = matches!(result, Ok(true));
        message::print(&Message::Finished { success, counts: None, usage: None })?;
    }
    Ok(if result? { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Reports wrong usage.
fn misused(format: Format, error: &anyhow::Error) -> Result<ExitCode> {
    let error = format!("{error:#}");
    message::tell_error(&error);
    if format == Format::Json {
        message::print(&Message::Failed {
            input: None,
            kind: Kind::Usage,
            error,
            target: None,
            output: None,
        })?;
        message::print(&Message::Finished { success: false, counts: None, usage: None })?;
    }
    Ok(ExitCode::from(USAGE))
}

/// Checks that the first input is no misspelt command.
///
/// # Errors
///
/// If the first input is not there, and its name is similar to a command's.
fn check_name(inputs: &[PathBuf]) -> Result<()> {
    let Some(name) = inputs.first().filter(|input| !input.exists()).and_then(|input| input.to_str()) else {
        return Ok(());
    };
    // The habit of other tools, whose command runs, too.
    ensure!(
        name != "run",
        "there is neither a file nor a command `run`: use `precompile-run`, which runs artifacts"
    );
    let command = command();
    let verbs = command.get_subcommands().map(clap::Command::get_name).chain(["help"]);
    match precompile::similar(name, verbs) {
        Some(verb) => {
            bail!("there is neither a file nor a command `{name}`: did you mean `precompile {verb}`?")
        }
        None => Ok(()),
    }
}

/// Runs a verb for one artifact, and reports its end to programs.
fn finish(format: Format, artifact: &Path, run: impl FnOnce() -> Result<bool>) -> Result<bool> {
    let result = run();
    if format == Format::Json {
        if let Err(error) = &result {
            let (kind, error) = (Kind::of(error), format!("{error:#}"));
            message::print(&Message::Failed {
                input: (!artifact.as_os_str().is_empty()).then_some(artifact),
                kind,
                error,
                target: None,
                output: None,
            })?;
        }
        message::print(&Message::Finished {
            success: matches!(result, Ok(true)),
            counts: None,
            usage: None,
        })?;
    }
    result
}
