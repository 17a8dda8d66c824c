//! Stubs, which stand for artifacts that were not compiled.

use crate::artifact::trailer::STUB;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::inputs::Input;
use std::fs;

/// Writes a stub for each input, unless it is already there.
pub(super) fn write(inputs: &[Input]) -> Result<(), BuildError> {
    for Input { output, .. } in inputs {
        if let Some(folder) = output.parent() {
            fs::create_dir_all(folder).map_err(io(folder))?;
        }
        if fs::read(output).ok().as_deref() != Some(STUB) {
            fs::write(output, STUB).map_err(io(output))?;
        }
    }
    Ok(())
}
