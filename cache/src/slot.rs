//! The right to make an entry.

use crate::entry::Entry;
use crate::error::Error;
use crate::key::Key;
use crate::store::Store;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

/// The right to make the entry for a key. Where it is dropped unused, or its process ends, the
/// right passes on to who waits for it.
#[derive(Debug)]
pub struct Slot {
    store: Store,
    key: Key,
    path: PathBuf,
    _lock: File,
}

impl Slot {
    pub(crate) fn new(store: Store, key: Key, path: PathBuf, lock: File) -> Slot {
        Slot { store, key, path, _lock: lock }
    }

    /// Stores what was made, at this cost.
    ///
    /// # Errors
    ///
    /// Where it can't be written. Nothing is left of it then.
    pub fn fill(self, blob: &[u8], cost: Duration) -> Result<Entry, Error> {
        self.store.insert(&self.key, blob, cost)
    }

    /// Stores that it can't be made, and why.
    ///
    /// # Errors
    ///
    /// Where that can't be written.
    pub fn fail(self, message: String, cost: Duration) -> Result<(), Error> {
        self.store.insert_failure(&self.key, message, cost)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // While the lock is still held; who waits for it sees that the file is gone.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
