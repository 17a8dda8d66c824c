//! The errors of the store on this machine.

use crate::digest::Digest;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// An error of the store on this machine, or of one of its entries.
#[derive(Debug, Error)]
pub enum Error {
    /// An error of the file system.
    #[error("can't {action} `{}`: {error}", path.display())]
    Io {
        /// The action, as a verb: `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// An entry is damaged or not trusted. It was removed.
    #[error("the entry `{key}` is not used ({why}), and is removed")]
    Refused {
        /// The digest of the entry's key.
        key: Digest,
        /// The reason.
        why: String,
    },
    /// A file or folder belongs to a user who isn't trusted.
    #[error(
        "`{}` belongs to another user, number {user}: use a folder of your own, or `--cache-trust anyone` where \
         that user is trusted", path.display()
    )]
    Theirs {
        /// The file or folder.
        path: PathBuf,
        /// The number of that user.
        user: u32,
    },
    /// Users who aren't trusted can write to a file or folder.
    #[error(
        "other users can write to `{}`: have `precompile cache clear` empty and close it, or use \
         `--cache-trust anyone` where they are trusted", path.display()
    )]
    Open {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another process holds a lock for too long.
    #[error("{holder} has held `{}` for {} s: end it, or let it go on", path.display(), waited.as_secs())]
    Held {
        /// The locked file.
        path: PathBuf,
        /// The process that holds it, as far as the system tells.
        holder: String,
        /// The time spent waiting for it.
        waited: Duration,
    },
}

impl Error {
    /// The error of an action on a path, for `map_err`.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
        move |error| Error::Io { action, path: path.into(), error }
    }

    /// Returns true if the file or folder doesn't exist.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Error::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }

    /// Returns true if this user may read, and not write.
    pub(crate) fn is_refusal(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self, Error::Io { error, .. } if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem))
    }
}
