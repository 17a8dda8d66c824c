//! A command that builds a guest, run.

use crate::build::error::{BuildError, io};
use std::path::PathBuf;
use std::process::Command;

/// Runs a command to its end, with its output kept for when it fails.
///
/// # Errors
///
/// Where it can't be started, or fails.
pub(super) fn run(command: &mut Command) -> Result<Vec<u8>, BuildError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(io(program))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(BuildError::Guest {
        command: format!("{command:?}"),
        status: output.status.to_string(),
        output: String::from_utf8_lossy(&output.stderr).trim_end().into(),
    })
}
