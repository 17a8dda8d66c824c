//! The artifacts that a command line names, also by their folders.

use crate::kind::Kind;
use crate::message::tell_warning;
use crate::unreadable::unreadable;
use crate::walk::{Links, Walked, walk};
use anyhow::{Context, Result};
use precompile::artifact::escaped_path;
use std::io;
use std::path::{Path, PathBuf};

/// The files of these paths, and those below their folders. Links out of a folder are left out, each with a warning that
/// says the way to have it.
///
/// # Errors
///
/// If a folder can't be read as a whole, or has no artifact.
pub(crate) fn files(paths: &[PathBuf], way: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let named = || format!("`{}`", escaped_path(path));
        let walked = below(path, way).map_err(|error| unreadable(&error)).with_context(named)?;
        if let Some((found, error)) = walked.unreadable.first() {
            return Err(unreadable(error).context(format!("`{}`", escaped_path(found))));
        }
        if walked.files.is_empty() {
            return Err(Kind::Read.error(empty(path)));
        }
        files.extend(walked.files);
    }
    Ok(files)
}

/// The artifacts below a folder. Warns of links that are left out.
///
/// # Errors
///
/// If the folder itself can't be read.
pub(crate) fn below(folder: &Path, way: &str) -> io::Result<Walked> {
    let walked = walk(folder, Links { follow_out: false, follow_folders: false }, is_artifact)?;
    walked.warnings(folder, way).iter().for_each(|warning| tell_warning(warning));
    Ok(walked)
}

/// The error for a folder without artifacts.
pub(crate) fn empty(folder: &Path) -> String {
    format!("the folder `{}` holds no .cwasm file", escaped_path(folder))
}

fn is_artifact(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "cwasm")
}
