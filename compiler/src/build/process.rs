//! The run of a command that builds a guest.

use crate::build::error::{BuildError, io};
use std::path::PathBuf;
use std::process::Command;

/// Runs a command to its end, and returns its output.
///
/// # Errors
///
/// A command that can't be started, or that fails; the error then holds its error output.
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
