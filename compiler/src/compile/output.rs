//! Writing an artifact: whole or not at all.

use precompile_cache::{Digest, Entry, Identity, is_damage};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an artifact was not written. What stood at the path before is untouched.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The output is one of the inputs.
    #[error("the output `{}` is the input: choose another", path.display())]
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
    let same = |path: &Path| std::fs::read(path).is_ok_and(|content| content == bytes);
    place(path, input, bytes.len() as u64, same, |file| File::create_new(file)?.write_all(bytes))
}

/// Sees whether [`write`](write()) could write to `path`, before the work that makes what is to be written.
///
/// # Errors
///
/// Where `path` is the same file as `input`, is there and no file, or is to be in a folder that isn't there.
pub fn check_output(path: &Path, input: &Path) -> Result<(), WriteError> {
    if is_same_file(path, input) {
        return Err(WriteError::IsInput { path: path.into() });
    }
    // Renaming onto a device or a pipe would replace it.
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(WriteError::NotAFile { path: path.into() });
    }
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(WriteError::NoFolder { path: path.into(), folder: folder.into() });
    }
    Ok(())
}

/// Puts what a cache has at `path`, in the same way.
///
/// # Errors
///
/// Where `path` can't be written or is the same file as `input`; `None` where the entry turns out to
/// be damaged, and nothing is written.
pub fn deliver(path: &Path, entry: &Entry, input: &Path) -> Option<Result<Written, WriteError>> {
    let same = |path: &Path| Digest::of_file(path).is_ok_and(|digest| entry.digest() == Some(digest));
    let damaged = Cell::new(false);
    let fill = |file: &Path| entry.deliver(file).inspect_err(|error| damaged.set(is_damage(error)));
    let written = place(path, input, entry.record().blob_bytes(), same, fill);
    (!damaged.get()).then_some(written)
}

/// Has a new file be filled, which is then renamed to `path`, unless what is there is the same.
fn place(
    path: &Path,
    input: &Path,
    bytes: u64,
    same: impl Fn(&Path) -> bool,
    fill: impl FnMut(&Path) -> io::Result<()>,
) -> Result<Written, WriteError> {
    check_output(path, input)?;
    if path.metadata().is_ok_and(|there| there.len() == bytes) && same(path) {
        return Ok(Written::Unchanged);
    }
    let written = follow(path).and_then(|file| replace(&file, fill));
    // The library's own error names the temporary file, which says nothing to the user.
    written.map_err(|error| WriteError::Io { path: path.into(), error: error.kind().into() })?;
    Ok(Written::New)
}

/// Where a symbolic link leads: the file is replaced, and the link stays.
fn follow(path: &Path) -> io::Result<PathBuf> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => path.canonicalize(),
        _ => Ok(path.into()),
    }
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    let number = |path: &Path| Some(Identity::at(path)?.number());
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b),
    }
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// By way of a file beside it, made as any file that a program writes.
fn replace(path: &Path, mut fill: impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    let file = builder.prefix(".precompile-").make_in(folder(path), |file| {
        fill(file).inspect_err(|error| {
            // Somebody else's file of that name stays.
            if error.kind() != io::ErrorKind::AlreadyExists {
                let _ = std::fs::remove_file(file);
            }
        })
    })?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
