//! Keeping a store small.

use crate::error::Error;
use crate::fs::{list, remove};
use crate::log::Log;
use crate::store::Store;
use serde::Serialize;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Nobody takes so long between two writes to a file.
const STALE_AFTER: Duration = Duration::from_secs(60 * 60);

/// How much a store may hold, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// The size of all entries, in bytes. What was used least recently goes first.
    pub max_bytes: u64,
    /// What wasn't used for so long goes.
    pub max_age: Duration,
}

impl Default for StoreLimits {
    /// 10 GiB, and 90 days.
    fn default() -> StoreLimits {
        StoreLimits { max_bytes: 10 << 30, max_age: Duration::from_secs(90 * 24 * 60 * 60) }
    }
}

/// What pruning removed and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// The number of entries that were removed.
    pub removed_entries: u64,
    /// Their size.
    pub removed_bytes: u64,
    /// The number of files that were removed, which processes left behind when they were killed.
    pub removed_remains: u64,
    /// The number of entries that are left.
    pub kept_entries: u64,
    /// Their size.
    pub kept_bytes: u64,
}

impl Store {
    /// Removes what is beyond the limits, and what killed processes left. What is in use isn't
    /// touched: where `wait` is set, this waits for those who use the store at this moment, else
    /// `None` says that somebody does.
    ///
    /// # Errors
    ///
    /// Where the store can't be read or written, or is none to trust; [`Error::Held`] where somebody uses it
    /// for too long.
    pub fn prune(&self, limits: StoreLimits, wait: bool) -> Result<Option<Pruned>, Error> {
        if !self.is_there() {
            return Ok(Some(Pruned::default()));
        }
        self.check_trust()?;
        let lock = self.lock_exclusive(wait)?;
        lock.map(|_lock| self.prune_locked(limits)).transpose()
    }

    /// The same, by who is alone.
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
            // A time stamp in the future is one of a clock that was set back: as good as new.
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
        self.forget_folders(limits.max_age)?;
        Log::compact(self, pruned.kept_bytes)?;
        Ok(pruned)
    }

    /// Removes every entry, and all that is known of files. Waits for those who use the store at this
    /// moment. What is this user's can only be written by this user then, unless anyone is trusted.
    ///
    /// # Errors
    ///
    /// Where the store can't be read or written; [`Error::Held`] where somebody uses it for too long.
    pub fn clear(&self) -> Result<Pruned, Error> {
        if !self.is_there() {
            return Ok(Pruned::default());
        }
        let Some(_lock) = self.lock_exclusive(true)? else { return Ok(Pruned::default()) };
        // First, so that nobody adds to it meanwhile.
        let files = [self.layout.lock(), self.layout.turnstile(), self.layout.log(), self.layout.tag()];
        for path in self.layout.folders().into_iter().chain(files.iter().map(PathBuf::as_path)) {
            self.close(path)?;
        }
        for folder in list(self.layout.entries())? {
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

    /// Removes what processes left half-written that were killed, so long ago that nobody is writing it.
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

    /// Removes what processes left that were killed. Nobody writes while this runs, but a slot is
    /// held without the store's lock.
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

    /// Removes what is known of files in folders where nothing was compiled for long.
    fn forget_folders(&self, max_age: Duration) -> Result<(), Error> {
        let now = SystemTime::now();
        for entry in list(self.layout.files())? {
            let path = entry?.path();
            let changed = path.metadata().and_then(|metadata| metadata.modified());
            // As for entries, the future is as good as now.
            if changed.is_ok_and(|changed| now.duration_since(changed).unwrap_or_default() >= max_age) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}
