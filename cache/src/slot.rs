//! The right to make an entry.

use crate::entry::Entry;
use crate::error::Error;
use crate::identity::Identity;
use crate::key::Key;
use crate::patience::LockMode;
use crate::store::Store;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The right to make the entry for a key. If it is dropped unused, or its process ends, the right passes to a process
/// that waits for it.
#[derive(Debug)]
pub struct Slot {
    store: Store,
    key: Key,
    path: PathBuf,
    _lock: File,
}

impl Store {
    /// The right to make the entry for a key. No other thread of any process has it until the slot is dropped or this
    /// process ends. `None` if another thread or process has it and `wait` is not set.
    ///
    /// # Errors
    ///
    /// If the store can't be written, isn't trusted, or is on a file system without locks; [`Error::Held`] if waiting
    /// has timed out.
    pub fn slot(&self, key: &Key, wait: bool) -> Result<Option<Slot>, Error> {
        self.check_trust()?;
        let path = self.layout.filling_of(key.digest());
        let mut waiting = self.patience.begin();
        loop {
            let file = self.open(&path)?;
            if wait {
                waiting.lock(LockMode::Exclusive, &file, &path)?;
            } else if !LockMode::Exclusive.attempt(&file, &path)? {
                return Ok(None);
            }
            // The previous holder has removed the file, and another process may have locked a new one.
            if still_there(&file, &path) {
                return Ok(Some(Slot { store: self.clone(), key: key.clone(), path, _lock: file }));
            }
        }
    }
}

impl Slot {
    /// Stores the blob that was made, and the time that took.
    ///
    /// # Errors
    ///
    /// If it can't be written. Nothing is left of it then.
    pub fn fill(self, blob: &[u8], cost: Duration) -> Result<Entry, Error> {
        self.store.insert(&self.key, blob, cost)
    }

    /// Stores why the blob can't be made, and the time that took.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn fail(self, message: String, cost: Duration) -> Result<(), Error> {
        self.store.insert_failure(&self.key, message, cost)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // While the lock is still held. A process that waits for it then sees that the file is gone.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Returns true if an open file is still the one at its path. On systems without identities of files, slots leave their
/// files, and only pruning removes them.
fn still_there(file: &File, path: &Path) -> bool {
    match (Identity::of(file), Identity::at(path)) {
        (Some(open), Some(there)) => open.number() == there.number(),
        (open, _) => open.is_none(),
    }
}
