//! `precompile-run`: runs an artifact. There is no compiler in it.

#![allow(clippy::print_stderr, reason = "this is the one file that reports errors")]

mod args;
mod failure;
mod invoke;
mod value;
#[cfg(feature = "wasi")]
#[path = "wasi.rs"]
mod world;
#[cfg(not(feature = "wasi"))]
#[path = "bare.rs"]
mod world;

use args::{Args, Command};
use failure::Failure;
use precompile_runtime::{Program, Runtime, link, wasmtime::Store};
use std::process::ExitCode;

fn main() -> ExitCode {
    let run = Args::parse().and_then(|command| match command {
        Command::Run(args) => run(&args),
        Command::Print(text) => invoke::print(&text),
    });
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            if let Some(message) = message {
                eprintln!("error: {message}");
            }
            ExitCode::from(code)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let runtime = Runtime::new();
    let program = open(&runtime, args)?;
    let (linker, state) = world::new(&program, args)?;
    let mut store = Store::new(program.engine(), state);
    let instance = link::instantiate(&linker, &mut store, &program).map_err(Failure::link)?;
    match &args.invoke {
        Some(function) => invoke::function(&mut store, &instance, &program, function, &args.arguments),
        None => invoke::start(&mut store, &instance, &program),
    }
}

fn open(runtime: &Runtime, args: &Args) -> Result<Program, Failure> {
    // SAFETY: who runs this command vouches for the file, as for any program that is run, and
    // has it replaced by renaming only. Its digest is checked.
    let program = unsafe { runtime.open_file(&args.artifact) };
    program.map_err(|error| Failure::open(&args.artifact, error))
}
