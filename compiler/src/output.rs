//! Writing an artifact: whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an artifact was not written. What stood at the path before is untouched.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The output is one of the inputs.
    #[error("the output `{}` is the input: choose another with `-o`", path.display())]
    IsInput {
        /// The output's path.
        path: PathBuf,
    },
    /// The output is there, and no file.
    #[error("can't write `{}`: it is there and not a file", path.display())]
    NotAFile {
        /// The output's path.
        path: PathBuf,
    },
    /// The folder is not there.
    #[error("can't write `{}`: there is no folder `{}`: make it first", path.display(), folder.display())]
    NoFolder {
        /// The output's path.
        path: PathBuf,
        /// The folder it would be in.
        folder: PathBuf,
    },
    /// The file system refuses.
    #[error("can't write `{}`: {error}", path.display())]
    Io {
        /// The output's path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// What became of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is another file now.
    New,
    /// It held these bytes already, and was left alone, with its time stamp.
    Unchanged,
}

/// Writes `bytes` to `path` by way of a temporary file beside it, which is renamed into place.
///
/// Like other compilers' outputs, the file is not forced onto the disk: should the whole system
/// crash at once, what is left is told apart by its digest, and is made again.
///
/// A file that holds these bytes already keeps its time stamp, so that what is built from it isn't
/// built again. A running program that has mapped the file which stood there before keeps that one.
///
/// # Errors
///
/// Where `path` can't be written or is the same file as `input`.
pub fn write(path: &Path, bytes: &[u8], input: &Path) -> Result<Written, WriteError> {
    if is_same_file(path, input) {
        return Err(WriteError::IsInput { path: path.into() });
    }
    // Renaming onto a device or a pipe would replace it.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(WriteError::NotAFile { path: path.into() });
    }
    if holds(path, bytes) {
        return Ok(Written::Unchanged);
    }
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(WriteError::NoFolder { path: path.into(), folder: folder.into() });
    }
    let written = follow(path).and_then(|file| replace(&file, bytes));
    // The library's own error names the temporary file, which says nothing to the user.
    written.map_err(|error| WriteError::Io { path: path.into(), error: error.kind().into() })?;
    Ok(Written::New)
}

/// Whether a file has just this content. One that can't be read has not.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() == bytes.len() as u64)
        && std::fs::read(path).is_ok_and(|content| content == bytes)
}

/// Where a symbolic link leads: the file is replaced, and the link stays.
fn follow(path: &Path) -> io::Result<PathBuf> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => path.canonicalize(),
        _ => Ok(path.into()),
    }
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b) || is_hard_link(a, b)
}

#[cfg(unix)]
fn is_hard_link(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| path.metadata().map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn is_hard_link(_: &Path, _: &Path) -> bool {
    false
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".precompile-");
    // As any file that a program writes, instead of for the owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
