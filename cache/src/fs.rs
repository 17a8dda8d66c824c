//! Listing folders and removing files, for which an absent one is no error.

use crate::error::Error;
use std::fs::DirEntry;
use std::io::ErrorKind;
use std::path::Path;

/// The entries of a folder. A folder that doesn't exist has none.
pub(crate) fn list(folder: &Path) -> Result<impl Iterator<Item = Result<DirEntry, Error>>, Error> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => None,
        entries => Some(entries.map_err(Error::io("list", folder))?),
    };
    let folder = folder.to_path_buf();
    Ok(entries.into_iter().flatten().map(move |entry| entry.map_err(Error::io("list", &folder))))
}

/// Removes a file, if it exists.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(Error::io("remove", path)),
    }
}
