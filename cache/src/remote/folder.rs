//! A folder that is mounted, and only looked at when it is needed.

use super::failure::Failure;
use super::mode::Mode;
use super::objects;
use opendal::Operator;
use opendal::services::Fs;
use std::path::{Path, PathBuf};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

/// A folder. It may be absent, or on a file system that hangs: nothing of it was touched yet.
pub(super) struct Folder {
    path: PathBuf,
    mode: Mode,
    opened: OnceCell<Operator>,
}

impl Folder {
    pub(super) fn new(path: PathBuf, mode: Mode) -> Folder {
        Folder { path, mode, opened: OnceCell::new() }
    }

    /// Opens the folder when it is first called.
    pub(super) async fn operator(&self) -> Result<&Operator, Failure> {
        let open = || {
            let (path, mode) = (self.path.clone(), self.mode);
            let opened = spawn_blocking(move || open(&path, mode));
            async { opened.await.unwrap_or_else(|error| Err(error.to_string())) }
        };
        self.opened.get_or_try_init(open).await.map_err(Failure::lasting)
    }
}

fn open(path: &Path, mode: Mode) -> Result<Operator, String> {
    let mut folder = Fs::default().root(&path.to_string_lossy());
    match mode {
        // Beside the objects, so that they can be renamed into place.
        Mode::ReadWrite => folder = folder.atomic_write_dir(&path.join("temp").to_string_lossy()),
        // The builder makes what is missing: who only reads must leave no trace.
        Mode::ReadOnly => {
            std::fs::metadata(path).map_err(|error| format!("the folder can't be read: {error}"))?;
        }
    }
    Operator::new(folder).map_err(|error| objects::said(&error))
}
