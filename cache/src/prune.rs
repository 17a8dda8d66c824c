//! Pruning: removing entries beyond a store's limits, and files that killed processes left.

use crate::error::Error;
use crate::fs::{list, remove};
use crate::log::Log;
use crate::store::Store;
use serde::Serialize;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The age from which a temporary file is abandoned: no process takes that long between two writes.
const STALE_AFTER: Duration = Duration::from_secs(60 * 60);

/// The limits of a store, to which pruning reduces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// The maximum size of all entries, in bytes. The least recently used ones are removed first.
    pub max_bytes: u64,
    /// The maximum time since an entry's last use.
    pub max_age: Duration,
}

impl Default for StoreLimits {
    /// 10 GiB, and 90 days.
    fn default() -> StoreLimits {
        StoreLimits { max_bytes: 10 << 30, max_age: Duration::from_secs(90 * 24 * 60 * 60) }
    }
}

/// The result of pruning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// The number of removed entries.
    pub removed_entries: u64,
    /// The size of the removed entries, in bytes.
    pub removed_bytes: u64,
    /// The number of removed files that killed processes left behind.
    pub removed_remains: u64,
    /// The number of entries that are left.
    pub kept_entries: u64,
    /// The size of the entries that are left, in bytes.
    pub kept_bytes: u64,
}

impl Store {
    /// Removes entries beyond the limits, and files that killed processes left. If the store is in use, the call waits
    /// with `wait`, and returns `None` without.
    ///
    /// # Errors
    ///
    /// If the store can't be read or written, or isn't trusted; [`Error::Held`] if it is in use for too long.
    pub fn prune(&self, limits: StoreLimits, wait: bool) -> Result<Option<Pruned>, Error> {
        if !self.is_there() {
            return Ok(Some(Pruned::default()));
        }
        self.check_trust()?;
        let lock = self.lock_exclusive(wait)?;
        lock.map(|_lock| self.prune_locked(limits)).transpose()
    }

    /// Prunes the store, whose exclusive lock the caller holds.
    fn prune_locked(&self, limits: StoreLimits) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        self.remove_remains(&mut pruned)?;
        let scan = self.scan()?;
        for path in scan.damaged.iter().chain(&scan.orphans) {
            remove(path)?;
            pruned.removed_remains += 1;
        }
        let now = SystemTime::now();
        for entry in scan.entries {
            let bytes = entry.bytes;
            // A time stamp in the future means that the clock was set back. The entry counts as new.
            let age = now.duration_since(entry.used).unwrap_or_default();
            if age > limits.max_age || pruned.kept_bytes.saturating_add(bytes) > limits.max_bytes {
                self.remove(entry.record.key)?;
                pruned.removed_entries += 1;
                pruned.removed_bytes += bytes;
            } else {
                pruned.kept_entries += 1;
                pruned.kept_bytes += bytes;
            }
        }
        self.prune_groups()?;
        self.forget_folders(limits.max_age)?;
        Log::compact(self, pruned.kept_bytes)?;
        Ok(pruned)
    }

    /// Removes all entries and all notes on files. Waits if the store is in use. Takes write access to the user's own
    /// folders and files from other users, unless anyone is trusted.
    ///
    /// # Errors
    ///
    /// If the store can't be read or written; [`Error::Held`] if it is in use for too long.
    pub fn clear(&self) -> Result<Pruned, Error> {
        if !self.is_there() {
            return Ok(Pruned::default());
        }
        let Some(_lock) = self.lock_exclusive(true)? else { return Ok(Pruned::default()) };
        // Before anything is removed, so that other users add nothing meanwhile.
        let files = [self.layout.lock(), self.layout.turnstile(), self.layout.log(), self.layout.tag()];
        for path in self.layout.folders().into_iter().chain(files.iter().map(PathBuf::as_path)) {
            self.close(path)?;
        }
        for folder in list(self.layout.entries())?.chain(list(self.layout.groups())?) {
            self.close(&folder?.path())?;
        }
        self.prune_locked(StoreLimits { max_bytes: 0, max_age: Duration::ZERO })
    }

    fn close(&self, path: &Path) -> Result<(), Error> {
        match self.trust.close(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            closed => closed.map_err(Error::io("close", path)),
        }
    }

    /// Removes temporary files that are so old that no process can be writing them.
    pub(crate) fn remove_stale(&self) -> Result<(), Error> {
        let now = SystemTime::now();
        for entry in list(self.layout.temp())? {
            let path = entry?.path();
            let changed = path.metadata().and_then(|metadata| metadata.modified());
            if changed.is_ok_and(|changed| now.duration_since(changed).is_ok_and(|since| since > STALE_AFTER))
            {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Removes all files that killed processes left. Nobody writes to the store meanwhile, but slots are held without
    /// the store's lock.
    fn remove_remains(&self, pruned: &mut Pruned) -> Result<(), Error> {
        for entry in list(self.layout.temp())? {
            remove(&entry?.path())?;
            pruned.removed_remains += 1;
        }
        for entry in list(self.layout.filling())? {
            let path = entry?.path();
            if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                remove(&path)?;
                pruned.removed_remains += 1;
            }
        }
        Ok(())
    }

    /// Removes the notes on files of folders that were unused for longer than `max_age`.
    fn forget_folders(&self, max_age: Duration) -> Result<(), Error> {
        let now = SystemTime::now();
        for entry in list(self.layout.files())? {
            let path = entry?.path();
            let changed = path.metadata().and_then(|metadata| metadata.modified());
            // As for entries, a time stamp in the future counts as new.
            if changed.is_ok_and(|changed| now.duration_since(changed).unwrap_or_default() >= max_age) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}
