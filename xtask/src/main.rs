//! `cargo xtask`: measurements of the project itself.

#![allow(clippy::print_stdout, reason = "a task reports")]

mod bloat;
mod cargo;
mod profile;
mod size;
mod toolchain;

use lexopt::prelude::{Long, Value, ValueExt};

const HELP: &str = "\
cargo xtask size [STEP...]
    Builds the runner at each step of the ladder, beside upstream's minimal command line, and writes
    reports/sizes.md and reports/sizes.json. With names of steps, only their rows are made again.
cargo xtask size --check
    Builds two rows, and fails where one is more than 2 % larger than the report says.
cargo xtask bloat [--top N] [FEATURES]
    Prints the bytes of the bare runner, or of one with these features, by section, by crate and by
    function, and writes reports/bloat.md.";

fn main() -> anyhow::Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        Some(Value(verb)) if verb == "size" => {
            let mut steps = Vec::new();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("check") => return size::check(),
                    Value(step) => steps.push(step.string()?),
                    other => return Err(other.unexpected().into()),
                }
            }
            size::run(&steps)
        }
        Some(Value(verb)) if verb == "bloat" => {
            let (mut features, mut functions) = (size::ladder::BARE.to_owned(), 40);
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("top") => functions = arguments.value()?.parse()?,
                    Value(wanted) => features = wanted.string()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            bloat::run(&features, functions)
        }
        _ => anyhow::bail!("there is no such task\n{HELP}"),
    }
}
