//! The commands that install what a build lacks: those of README, for precompile's checkout.

use crate::Host;
use crate::mismatch::Mismatch;

macro_rules! full_runner {
    () => {
        "cargo install --locked --path runtime --features full"
    };
}

/// The command that installs `precompile` with its default features.
pub const COMPILER: &str = "cargo install --locked --path compiler";

/// The command that installs `precompile-run` with all cargo features.
pub const RUNNER: &str = full_runner!();

/// The way to a runner that lacks no cargo feature, for people.
pub const RUNNER_HINT: &str =
    concat!("in precompile's checkout, `", full_runner!(), "` installs the runner with all features");

/// Returns true if the host is a runner, and the one with all features doesn't have this reason. A program that embeds
/// the runtime has its features from its own `Cargo.toml`.
pub fn full_runner_helps(host: &Host, reason: &Mismatch) -> bool {
    host.imports.is_some() && reason.full_helps
}
