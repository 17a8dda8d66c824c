//! From what is named on the command line to the modules to compile.

use anyhow::{Result, ensure};
use precompile::cache::Identity;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The name that stands for standard input and standard output.
pub(crate) const STANDARD: &str = "-";

/// A module to compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its path, or [`STANDARD`].
    pub(crate) path: PathBuf,
    /// Where it stands below the folder that was named, or its file name.
    pub(crate) relative: PathBuf,
    /// Its size in bytes, by which the work is ordered; 0 where that is unknown.
    pub(crate) bytes: u64,
    /// What file it is, if it is there.
    pub(crate) identity: Option<Identity>,
    /// Whether it is a pipe or the like, which can be read only once.
    pub(crate) is_stream: bool,
}

impl Input {
    fn new(path: &Path, relative: PathBuf) -> Input {
        let identity = Identity::at(path);
        // Asked only where the identity hasn't told.
        let metadata = if identity.is_some() { None } else { path.metadata().ok() };
        Input {
            path: path.into(),
            relative,
            bytes: identity.map_or_else(|| metadata.as_ref().map_or(0, Metadata::len), |it| it.size()),
            is_stream: path == Path::new(STANDARD) || metadata.as_ref().is_some_and(|found| !found.is_file()),
            identity,
        }
    }

    /// Whether it is read from standard input.
    pub(crate) fn is_standard(&self) -> bool {
        self.path == Path::new(STANDARD)
    }
}

/// Every module among these paths: the files, and those in the folders.
///
/// # Errors
///
/// Where a folder can't be read, or holds none.
pub(crate) fn collect(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let mut inputs: Vec<Input> = Vec::new();
    for path in paths {
        if path.is_dir() {
            inputs.extend(folder(path)?);
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            inputs.push(Input::new(path, relative));
        }
    }
    Ok(inputs)
}

fn folder(path: &Path) -> Result<Vec<Input>> {
    let is_module =
        |path: &Path| path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat");
    let mut inputs = Vec::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let found = match &entry {
            Ok(entry) if entry.file_type().is_file() => entry.path(),
            Ok(_) => continue,
            // Such as a link that leads nowhere: where it is named like a module, its job will fail.
            Err(error) => match error.path() {
                Some(path) => path,
                None => continue,
            },
        };
        if is_module(found) {
            inputs.push(Input::new(found, found.strip_prefix(path)?.into()));
        }
    }
    ensure!(!inputs.is_empty(), "the folder `{}` holds no .wasm or .wat file", path.display());
    Ok(inputs)
}
