//! The locks of a store: for its use, for pruning it, and for ending the process.

use crate::error::Error;
use crate::patience::LockMode;
use crate::store::Store;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{PoisonError, RwLockWriteGuard};

impl Store {
    /// While this is held, nothing is pruned. Who holds it must not ask for it again: somebody may be
    /// waiting at the turnstile to prune.
    pub(crate) fn lock_shared(&self) -> Result<File, Error> {
        self.check_trust()?;
        let mut wait = self.patience.begin();
        let path = self.layout.turnstile();
        let turnstile = self.open_lock(&path)?;
        wait.lock(LockMode::Shared, &turnstile, &path)?;
        let path = self.layout.lock();
        let file = self.open_lock(&path)?;
        wait.lock(LockMode::Shared, &file, &path)?;
        Ok(file)
    }

    /// While this is held, nobody else uses the store. `None` where somebody does, and `wait` is not
    /// set.
    pub(crate) fn lock_exclusive(&self, wait: bool) -> Result<Option<File>, Error> {
        let (turnstile_path, path) = (self.layout.turnstile(), self.layout.lock());
        let (turnstile, file) = (self.open(&turnstile_path)?, self.open(&path)?);
        if !wait {
            let both = LockMode::Exclusive.attempt(&turnstile, &turnstile_path)?
                && LockMode::Exclusive.attempt(&file, &path)?;
            return Ok(both.then_some(file));
        }
        let mut wait = self.patience.begin();
        wait.lock(LockMode::Exclusive, &turnstile, &turnstile_path)?;
        // Others wait at the turnstile meanwhile. Where somebody uses the store for that long, they are to
        // come to their turn before their own patience ends.
        if !wait.lock_within(self.patience.limit() / 3, LockMode::Exclusive, &file, &path)? {
            drop(turnstile);
            wait.lock(LockMode::Exclusive, &file, &path)?;
        }
        Ok(Some(file))
    }

    /// Sees whether others can put entries into the store: once, unless a folder isn't there yet.
    pub(crate) fn check_trust(&self) -> Result<(), Error> {
        if !self.is_checked.load(Relaxed) && self.layout.check(self.trust)? {
            self.is_checked.store(true, Relaxed);
        }
        Ok(())
    }

    /// Opens a file that is locked shared, for which a store that can't be written will do.
    fn open_lock(&self, path: &Path) -> Result<File, Error> {
        match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.open(path),
            file => file.map_err(Error::io("open", path)),
        }
    }

    /// Opens a file that is there to be locked, and makes it, with the folders on the way.
    pub(crate) fn open(&self, path: &Path) -> Result<File, Error> {
        let open = || self.trust.new_file().append(true).open(path);
        self.with_folders(open).map_err(Error::io("write", path))
    }

    /// Does something, and where a folder isn't there, makes all of them and does it again. Somebody
    /// may be making them just now, or have removed them. The process isn't ended meanwhile by who asks
    /// [`Store::stop`].
    pub(crate) fn with_folders<T>(&self, act: impl Fn() -> io::Result<T>) -> io::Result<T> {
        let _writing = self.writing.read().unwrap_or_else(PoisonError::into_inner);
        match act() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.layout.create(self.trust)?;
                act()
            }
            done => done,
        }
    }

    /// Waits until what is being written to the store is whole, by this value or a clone of it, and lets
    /// nothing be begun while the result is held: for who ends the process, so that nothing half-written
    /// is left.
    pub fn stop(&self) -> RwLockWriteGuard<'_, ()> {
        self.writing.write().unwrap_or_else(PoisonError::into_inner)
    }
}
