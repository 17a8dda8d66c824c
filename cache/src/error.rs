//! Why a store can't be used, or an entry of it.

use crate::digest::Digest;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Why a store can't be used, or an entry of it.
#[derive(Debug, Error)]
pub enum Error {
    /// The file system refuses.
    #[error("can't {action} `{}`: {error}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// An entry is not what was stored, or not believed. It was removed.
    #[error("the entry `{key}` is not used ({why}), and is removed")]
    Refused {
        /// The digest of its key.
        key: Digest,
        /// What is wrong with it.
        why: String,
    },
    /// Another user's files would be believed.
    #[error(
        "`{}` belongs to another user, number {user}: use a folder of your own, or `--cache-trust anyone` where \
         that user is trusted", path.display()
    )]
    Theirs {
        /// What belongs to another.
        path: PathBuf,
        /// The number of that user.
        user: u32,
    },
    /// Others may have written what would be believed.
    #[error(
        "other users can write to `{}`: have `precompile cache clear` empty and close it, or use \
         `--cache-trust anyone` where they are trusted", path.display()
    )]
    Open {
        /// What others can write.
        path: PathBuf,
    },
    /// Another process holds a lock for too long.
    #[error("{holder} has held `{}` for {} s: end it, or let it go on", path.display(), waited.as_secs())]
    Held {
        /// The file that is locked.
        path: PathBuf,
        /// Who holds it, as far as the system tells.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
}

impl Error {
    /// For `map_err`.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
        move |error| Error::Io { action, path: path.into(), error }
    }

    /// The test for something that isn't there.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Error::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }
}
