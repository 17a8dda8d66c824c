//! The store on this machine's disk, which many processes share.

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::identity::Identity;
use crate::key::Key;
use crate::layout::Layout;
use crate::record::{Outcome, Record};
use crate::slot::Slot;
use crate::survey::remove;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// An entry that was used within this time isn't marked as used again.
const MARK_AFTER: Duration = Duration::from_secs(60 * 60);

/// Entries in a folder. It is made when it is first needed.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) layout: Layout,
}

impl Store {
    /// The store in a folder. Nothing is read or made yet.
    pub fn new(folder: &Path) -> Store {
        Store { layout: Layout::new(folder) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// Whether the store was ever used, as far as that can be seen. Looking into one doesn't make it.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self.layout.entries().try_exists(), Ok(false))
    }

    /// What is stored under a key.
    ///
    /// # Errors
    ///
    /// Where the store can't be read; [`Error::Damaged`] where the entry was removed for that.
    pub fn lookup(&self, key: &Key) -> Result<Option<Entry>, Error> {
        let guard = self.shared()?;
        let path = self.layout.record(key.digest());
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(Error::io("read", &path))?,
        };
        let record = match Record::read(&text) {
            Some((record, b"")) if record.key == key.digest() => record,
            Some((_, b"")) => return Err(self.damaged(key.digest(), "it is another key's")),
            _ => return Err(self.damaged(key.digest(), "its record is not whole")),
        };
        mark_as_used(&path);
        let blob = matches!(record.outcome, Outcome::Blob { .. }).then(|| self.layout.blob(key.digest()));
        Ok(Some(Entry::stored(record, blob, guard)))
    }

    /// The right to make the entry for a key. Nobody else has it, in any thread of any process,
    /// until the slot is dropped or this process ends. `None` where somebody has it, and `wait` is
    /// not set.
    ///
    /// # Errors
    ///
    /// Where the store can't be written, or its file system has no locks.
    pub fn slot(&self, key: &Key, wait: bool) -> Result<Option<Slot>, Error> {
        let path = self.layout.filling_of(key.digest());
        loop {
            let file = self.open(&path)?;
            if !lock(&file, &path, wait)? {
                return Ok(None);
            }
            // Who had it before took the file away, and somebody may have the one that is there now.
            if still_there(&file, &path) {
                return Ok(Some(Slot::new(self.clone(), key.clone(), path, file)));
            }
        }
    }

    /// Stores what came of a key.
    ///
    /// # Errors
    ///
    /// Where it can't be written. Nothing is left of it then.
    pub(crate) fn insert(&self, key: &Key, blob: &[u8], cost: Duration) -> Result<Entry, Error> {
        let guard = self.shared()?;
        let digest = Digest::of(blob);
        let outcome = Outcome::Blob { blake3: digest, bytes: blob.len() as u64 };
        let (path, record) = (self.layout.blob(key.digest()), Record::new(key, outcome, cost));
        self.place_known(&path, blob, digest)?;
        self.place(&self.layout.record(key.digest()), &record.to_text())?;
        Ok(Entry::stored(record, Some(path), guard))
    }

    /// Stores that a key can't be made.
    pub(crate) fn insert_failure(&self, key: &Key, message: String, cost: Duration) -> Result<(), Error> {
        let _guard = self.shared()?;
        let record = Record::new(key, Outcome::Failure { message }, cost);
        self.place(&self.layout.record(key.digest()), &record.to_text())
    }

    /// Writes a file whole or not at all: beside its place, read back, forced onto the disk, and
    /// only then renamed. Whoever calls it holds the lock, so that nobody tidies up meanwhile.
    pub(crate) fn place(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.place_known(path, bytes, Digest::of(bytes))
    }

    /// The same, of what the digest is known.
    #[cfg_attr(feature = "planted-fault", allow(unused_variables, reason = "the fault is not to look"))]
    fn place_known(&self, path: &Path, bytes: &[u8], digest: Digest) -> Result<(), Error> {
        let write = || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            #[cfg(feature = "planted-fault")]
            return crate::planted_fault::place(path, bytes);
            #[cfg(not(feature = "planted-fault"))]
            {
                use std::io::Write;
                let mut file = self.temp()?;
                file.write_all(bytes)?;
                if Digest::of_file(file.path())? != digest {
                    return Err(io::Error::other("the disk gives back something else"));
                }
                file.as_file().sync_all()?;
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            }
        };
        self.with_folders(write).map_err(Error::io("write", path))
    }

    /// A file for what is not whole yet. It goes away unless it is renamed.
    pub(crate) fn temp(&self) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        // As any file that a program writes, instead of for the owner alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(self.layout.temp())
    }

    /// While this is held, nothing is pruned. Who holds it must not ask for it again: somebody may be
    /// waiting at the turnstile to prune.
    pub(crate) fn shared(&self) -> Result<File, Error> {
        let path = self.layout.turnstile();
        let turnstile = self.open_lock(&path)?;
        turnstile.lock_shared().map_err(Error::io("lock", &path))?;
        let path = self.layout.lock();
        let file = self.open_lock(&path)?;
        file.lock_shared().map_err(Error::io("lock", &path))?;
        Ok(file)
    }

    /// While this is held, nobody else uses the store. `None` where somebody does, and `wait` is not
    /// set.
    pub(crate) fn alone(&self, wait: bool) -> Result<Option<File>, Error> {
        let path = self.layout.turnstile();
        let turnstile = self.open(&path)?;
        if !lock(&turnstile, &path, wait)? {
            return Ok(None);
        }
        let path = self.layout.lock();
        let file = self.open(&path)?;
        Ok(lock(&file, &path, wait)?.then_some(file))
    }

    /// Opens a file that is locked shared, for which a store that can't be written will do.
    fn open_lock(&self, path: &Path) -> Result<File, Error> {
        match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.open(path),
            file => file.map_err(Error::io("open", path)),
        }
    }

    /// Opens a file that is there to be locked, and makes it, with the folders on the way.
    fn open(&self, path: &Path) -> Result<File, Error> {
        let open = || OpenOptions::new().create(true).append(true).open(path);
        self.with_folders(open).map_err(Error::io("write", path))
    }

    /// Does something, and where a folder isn't there, makes all of them and does it again. Somebody
    /// may be making them just now, or have removed them.
    pub(crate) fn with_folders<T>(&self, act: impl Fn() -> io::Result<T>) -> io::Result<T> {
        match act() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.layout.create()?;
                act()
            }
            done => done,
        }
    }

    /// Removes an entry, and says why.
    pub(crate) fn damaged(&self, key: Digest, what: &'static str) -> Error {
        match self.remove(key) {
            Ok(()) => Error::Damaged { key, what },
            Err(error) => error,
        }
    }

    /// Removes an entry. The record goes first: without it, a blob is nothing.
    pub(crate) fn remove(&self, key: Digest) -> Result<(), Error> {
        remove(&self.layout.record(key))?;
        remove(&self.layout.blob(key))
    }
}

/// Locks a file; false where somebody else has, and `wait` is not set.
fn lock(file: &File, path: &Path, wait: bool) -> Result<bool, Error> {
    if wait {
        return file.lock().map(|()| true).map_err(Error::io("lock", path));
    }
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", path)(error)),
    }
}

/// The time stamp of an entry's record says when the entry was last used. Where that can't be
/// changed, the entry is pruned earlier.
pub(crate) fn mark_as_used(record: &Path) {
    let now = SystemTime::now();
    let used = record.metadata().and_then(|metadata| metadata.modified());
    if used.is_ok_and(|used| now.duration_since(used).is_ok_and(|since| since < MARK_AFTER)) {
        return;
    }
    if let Ok(file) = File::open(record) {
        let _ = file.set_modified(now);
    }
}

/// Whether an open file is still the one under its path. Where the system doesn't tell files apart, a
/// slot leaves its file, which nobody takes away but who prunes.
fn still_there(file: &File, path: &Path) -> bool {
    match (Identity::of(file), Identity::at(path)) {
        (Some(open), Some(there)) => open.number() == there.number(),
        (open, _) => open.is_none(),
    }
}
