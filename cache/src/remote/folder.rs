//! A shared store in a mounted folder, which isn't accessed before it is needed.

use super::failure::Failure;
use super::mode::Mode;
use super::objects;
use opendal::Operator;
use opendal::services::Fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::task::{JoinError, spawn_blocking};

/// A shared store in a folder. The folder may be absent, or on a file system that hangs.
pub(super) struct Folder {
    path: PathBuf,
    mode: Mode,
    opened: OnceCell<Operator>,
}

/// The reason why a folder can't be opened.
#[derive(Debug, Error)]
enum OpenError {
    /// A folder to be read is absent, or can't be read.
    #[error("the folder can't be read: {0}")]
    Unreadable(io::Error),
    /// opendal refuses the folder.
    #[error("{}", objects::said(.0))]
    Refused(opendal::Error),
    /// The thread that opened it panicked.
    #[error(transparent)]
    Panic(#[from] JoinError),
}

impl Folder {
    pub(super) fn new(path: PathBuf, mode: Mode) -> Folder {
        Folder { path, mode, opened: OnceCell::new() }
    }

    /// Opens the folder at the first call.
    pub(super) async fn operator(&self) -> Result<&Operator, Failure> {
        let open = || {
            let (path, mode) = (self.path.clone(), self.mode);
            let opened = spawn_blocking(move || open(&path, mode));
            async { opened.await? }
        };
        self.opened.get_or_try_init(open).await.map_err(Failure::lasting)
    }
}

fn open(path: &Path, mode: Mode) -> Result<Operator, OpenError> {
    let mut folder = Fs::default().root(&path.to_string_lossy());
    match mode {
        // In the same folder as the objects, so that they can be renamed into place.
        Mode::ReadWrite => folder = folder.atomic_write_dir(&path.join("temp").to_string_lossy()),
        // The builder would create a missing folder, and a reader must not.
        Mode::ReadOnly => {
            std::fs::metadata(path).map_err(OpenError::Unreadable)?;
        }
    }
    Operator::new(folder).map_err(OpenError::Refused)
}
