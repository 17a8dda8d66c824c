//! `cargo precompile`: runs `precompile` for the package that cargo finds.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a command's own business")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    // Cargo passes the name of the subcommand first.
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let arguments = arguments.strip_prefix(&["precompile".into()]).unwrap_or(&arguments);
    let mut command = Command::new(precompile());
    command.args(arguments);
    // A project that the user names takes precedence.
    let has_project = env::var_os("PRECOMPILE_PROJECT").is_some() || Path::new("precompile.toml").exists();
    if let Some(manifest) = manifest().filter(|_| !has_project) {
        command.env("PRECOMPILE_PROJECT", manifest);
    }
    match command.status() {
        // A signal ended a command without a code.
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(130).into(),
        Err(error) => {
            eprintln!("error: can't run `{}`: {error}", command.get_program().display());
            ExitCode::FAILURE
        }
    }
}

/// The `precompile` beside this command, or else in the `PATH`.
fn precompile() -> PathBuf {
    let name = format!("precompile{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe().ok().map(|own| own.with_file_name(&name)).filter(|path| path.is_file());
    beside.unwrap_or_else(|| name.into())
}

/// The manifest of the package in this folder, if it is in one.
fn manifest() -> Option<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(["locate-project", "--message-format", "plain"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    let path = Path::new(path.trim_end());
    // A relative path keeps messages short.
    let here = env::current_dir().ok()?;
    path.is_absolute().then(|| path.strip_prefix(here).unwrap_or(path).into())
}
