//! The command `precompile`.

#![forbid(unsafe_code)]

mod compile;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use std::io::Write;
use std::process::ExitCode;

/// Compile WebAssembly ahead of time, with the compiler and for the machine that you choose
///
/// The artifact is run by `precompile-run`, which contains no compiler.
#[derive(Parser)]
#[command(name = "precompile", version, about, after_help = AFTER_HELP)]
struct Command {
    #[command(flatten)]
    compile: compile::Opts,
}

const AFTER_HELP: &str = "\
Examples:
  precompile app.wasm                                      app.cwasm, for this kind of machine
  precompile --backend winch --target aarch64 app.wasm     compiled fast, for 64-bit Arm Linux
  precompile --cpu x86-64-v3 --opt-level speed-and-size app.wasm -o fast.cwasm

Exit codes: 0 done, 1 failed, 2 wrong usage";

fn main() -> ExitCode {
    let command = Command::parse();
    let options = match command.compile.options() {
        Ok(options) => options,
        Err(error) => Command::command().error(ErrorKind::ValueValidation, format!("{error:#}")).exit(),
    };
    // A backend's panic is reported as the error that it becomes, not as a crash of ours.
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(|| command.compile.run(&options)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            report(&format!("{error:#}"));
            ExitCode::FAILURE
        }
        Err(_) => {
            report("precompile has a bug and gave up; nothing was written");
            ExitCode::FAILURE
        }
    }
}

fn report(error: &str) {
    // Where even this can't be written, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "error: {error}");
}
