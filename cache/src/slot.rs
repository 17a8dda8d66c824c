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

/// The right to make the entry for a key. Where it is dropped unused, or its process ends, the
/// right passes on to who waits for it.
#[derive(Debug)]
pub struct Slot {
    store: Store,
    key: Key,
    path: PathBuf,
    _lock: File,
}

impl Store {
    /// The right to make the entry for a key. Nobody else has it, in any thread of any process,
    /// until the slot is dropped or this process ends. `None` where somebody has it, and `wait` is
    /// not set.
    ///
    /// # Errors
    ///
    /// Where the store can't be written, or is none to trust, or its file system has no locks;
    /// [`Error::Held`] where it was waited for in vain.
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
            // Who had it before took the file away, and somebody may have the one that is there now.
            if still_there(&file, &path) {
                return Ok(Some(Slot { store: self.clone(), key: key.clone(), path, _lock: file }));
            }
        }
    }
}

impl Slot {
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

/// The test that an open file is still the one under its path. Where the system doesn't tell files apart, a
/// slot leaves its file, which nobody takes away but who prunes.
fn still_there(file: &File, path: &Path) -> bool {
    match (Identity::of(file), Identity::at(path)) {
        (Some(open), Some(there)) => open.number() == there.number(),
        (open, _) => open.is_none(),
    }
}
