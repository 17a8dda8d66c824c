//! The locks of a store: for using it, for pruning it, and for ending the process.

use crate::error::Error;
use crate::patience::LockMode;
use crate::store::Store;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{PoisonError, RwLockWriteGuard};

impl Store {
    /// Locks the store for reading and writing entries: nothing is pruned while the file exists. The holder must not
    /// lock it again, because a process that waits to prune may hold the turnstile.
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

    /// Locks the store for pruning: nobody else uses it while the file exists. Returns `None` if it is in use and
    /// `wait` is not set.
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
        // All others wait at the turnstile meanwhile. If the store is in use for long, they are let through before
        // their own time limit ends.
        if !wait.lock_within(self.patience.limit() / 3, LockMode::Exclusive, &file, &path)? {
            drop(turnstile);
            wait.lock(LockMode::Exclusive, &file, &path)?;
        }
        Ok(Some(file))
    }

    /// Checks that no untrusted user can write to the store. The check is repeated until all folders exist.
    pub(crate) fn check_trust(&self) -> Result<(), Error> {
        if !self.is_checked.load(Relaxed) && self.layout.check(self.trust)? {
            self.is_checked.store(true, Relaxed);
        }
        Ok(())
    }

    /// Opens a file to lock it shared, which needs no write access if the file exists.
    fn open_lock(&self, path: &Path) -> Result<File, Error> {
        match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.open(path),
            file => file.map_err(Error::io("open", path)),
        }
    }

    /// Opens a file to lock it, and creates it and its folders if they don't exist.
    pub(crate) fn open(&self, path: &Path) -> Result<File, Error> {
        let open = || self.trust.new_file().append(true).open(path);
        self.with_folders(open).map_err(Error::io("write", path))
    }

    /// Runs an action. If a folder doesn't exist, creates all folders and runs the action again: another process may
    /// be creating or removing them at the same time. [`Store::stop`] waits for the action.
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

    /// Waits for all writes by this value and its clones, and blocks new writes while the guard exists. A caller that
    /// ends the process so leaves no file half-written.
    pub fn stop(&self) -> RwLockWriteGuard<'_, ()> {
        self.writing.write().unwrap_or_else(PoisonError::into_inner)
    }
}
