//! The compiler's side of tests that run without a compiler: the specification's scripts, and generated modules.

mod column;
mod component_value;
mod corpus;
mod differential;
mod generate;
mod imports;
mod known;
mod matrix;
mod modules;
mod report;
mod run;
mod suite;
mod tally;
mod translate;
mod translated;
mod translator;
mod value;
mod wasmtime_suite;

use clap::Parser;
use std::io::{Write, stderr};
use std::process::ExitCode;

/// Compiles tests with precompile's library, and has them played by a runtime without a compiler
#[derive(Parser)]
enum Verb {
    Suite(matrix::Opts),
    Differential(differential::Opts),
}

fn main() -> ExitCode {
    let right = match Verb::parse() {
        Verb::Suite(opts) => matrix::run(&opts),
        Verb::Differential(opts) => differential::run(&opts),
    };
    let right = right.unwrap_or_else(|error| {
        // The reader may be gone.
        let _ = writeln!(stderr(), "error: {error:#}");
        false
    });
    ExitCode::from(u8::from(!right))
}
