//! Hosts: a description in a file, or what a runner says of itself.

use anyhow::{Context, Result, anyhow, ensure};
use precompile::artifact::Host;
use std::path::Path;
use std::process::{Command, Stdio};

/// Reads a description of a host.
pub(crate) fn read(path: &Path) -> Result<Host> {
    let text = fs_err::read_to_string(path)?;
    let what = "it is no description of a host: `precompile-run --describe` prints one";
    serde_json::from_str(&text).with_context(|| format!("`{}`: {what}", path.display()))
}

/// Asks a runner what it offers. The command is split at spaces: `qemu-aarch64 ./precompile-run`.
pub(crate) fn ask(runner: &str) -> Result<Host> {
    let mut words = runner.split_whitespace();
    let program = words.next().ok_or_else(|| anyhow!("`--runner` names no command"))?;
    describe(Command::new(program).args(words), runner)
}

/// Asks the runner at this path.
pub(crate) fn ask_program(path: &Path) -> Result<Host> {
    describe(&mut Command::new(path), &path.display().to_string())
}

fn describe(command: &mut Command, name: &str) -> Result<Host> {
    command.arg("--describe").stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("can't start the runner `{name}`"))?;
    ensure!(output.status.success(), "the runner `{name}` failed: {}", output.status);
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("the runner `{name}` printed no description of a host"))
}
