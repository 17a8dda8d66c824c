//! Why a store can't be used, or an entry of it.

use crate::digest::Digest;
use std::io;
use std::path::{Path, PathBuf};
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
    /// An entry is not what was stored. It was removed.
    #[error("the entry `{key}` was damaged ({what}), and is removed")]
    Damaged {
        /// The digest of its key.
        key: Digest,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Error {
    /// For `map_err`.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
        move |error| Error::Io { action, path: path.into(), error }
    }
}
