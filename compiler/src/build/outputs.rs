//! What earlier runs left.

use crate::build::BuildError;
use crate::build::error::io;
use crate::build::inputs::Input;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// Removes the artifacts of inputs that are gone, so that nothing embeds them any more.
pub(super) fn remove_others(folder: &Path, inputs: &[Input]) -> Result<(), BuildError> {
    for entry in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        let is_artifact = path.extension().is_some_and(|extension| extension == "cwasm");
        if is_artifact && !inputs.iter().any(|input| input.output == path) {
            fs::remove_file(path).map_err(io(path))?;
        }
    }
    Ok(())
}
