//! The store on this machine's disk, which many processes share.

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::fs::remove;
use crate::key::Key;
use crate::layout::Layout;
use crate::patience::Patience;
use crate::record::{Outcome, Record};
use crate::trust::Trust;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

/// An entry that was used within this time isn't marked as used again.
const MARK_AFTER: Duration = Duration::from_secs(60 * 60);

/// Entries in a folder. It is made when it is first needed.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) layout: Arc<Layout>,
    pub(crate) trust: Trust,
    pub(crate) patience: Patience,
    /// Nobody else can write to the folders, as far as was seen.
    pub(crate) is_checked: Arc<AtomicBool>,
    /// Who writes a file holds it shared; who ends the process holds it alone.
    pub(crate) writing: Arc<RwLock<()>>,
}

impl Store {
    /// The store in a folder, for its owner alone. Nothing is read or made yet.
    pub fn new(folder: &Path) -> Store {
        Store {
            layout: Arc::new(Layout::new(folder)),
            trust: Trust::default(),
            patience: Patience::default(),
            is_checked: Arc::default(),
            writing: Arc::default(),
        }
    }

    /// The same, where these are trusted.
    pub fn trusting(self, trust: Trust) -> Store {
        Store { trust, ..self }
    }

    /// The same, where other processes are waited for so long.
    pub fn waiting(self, patience: Patience) -> Store {
        Store { patience, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// The test that the store was ever used, as far as that can be seen. Looking into one doesn't make it.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self.layout.entries().try_exists(), Ok(false))
    }

    /// What is stored under a key.
    ///
    /// # Errors
    ///
    /// Where the store can't be read, or is none to trust; [`Error::Refused`] where the entry was removed
    /// for that.
    pub fn lookup(&self, key: &Key) -> Result<Option<Entry>, Error> {
        let guard = self.lock_shared()?;
        let path = self.layout.record(key.digest());
        let mut file = match self.trust.open(&path) {
            Err(error) if error.is_absence() => return Ok(None),
            Err(error @ Error::Io { .. }) => return Err(error),
            Err(error) => return Err(self.refuse(key.digest(), &error.to_string())),
            Ok(file) => file,
        };
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(Error::io("read", &path))?;
        let record = match Record::read(&text) {
            Some((record, b"")) if record.key == key.digest() => record,
            Some((_, b"")) => return Err(self.refuse(key.digest(), "it is another key's")),
            _ => return Err(self.refuse(key.digest(), "its record is not whole")),
        };
        mark_as_used(&path);
        let blob = matches!(record.outcome, Outcome::Blob { .. }).then(|| self.layout.blob(key.digest()));
        Ok(Some(Entry::stored(record, blob, self.trust, guard)))
    }

    /// Writes a file of this name into the folder, beside the entries: whole or not at all.
    ///
    /// # Errors
    ///
    /// Where it can't be written, or the store is none to trust.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let _guard = self.lock_shared()?;
        self.place(&self.folder().join(name), bytes)
    }

    /// Stores what came of a key.
    ///
    /// # Errors
    ///
    /// Where it can't be written. Nothing is left of it then.
    pub(crate) fn insert(&self, key: &Key, blob: &[u8], cost: Duration) -> Result<Entry, Error> {
        let guard = self.lock_shared()?;
        let digest = Digest::of(blob);
        let outcome = Outcome::Blob { blake3: digest, bytes: blob.len() as u64 };
        let (path, record) = (self.layout.blob(key.digest()), Record::new(key, outcome, cost));
        self.place_known(&path, blob, digest)?;
        self.place(&self.layout.record(key.digest()), &record.to_text())?;
        Ok(Entry::stored(record, Some(path), self.trust, guard))
    }

    /// Stores that a key can't be made.
    pub(crate) fn insert_failure(&self, key: &Key, message: String, cost: Duration) -> Result<(), Error> {
        let _guard = self.lock_shared()?;
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
                self.trust.make_folder(folder)?;
            }
            #[cfg(feature = "planted-fault")]
            return crate::planted_fault::place(path, bytes);
            #[cfg(not(feature = "planted-fault"))]
            {
                use std::io::Write;
                let mut file = self.trust.temporary_file(self.layout.temp())?;
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

    /// Removes an entry, and says why.
    pub(crate) fn refuse(&self, key: Digest, why: &str) -> Error {
        match self.remove(key) {
            Ok(()) => Error::Refused { key, why: why.into() },
            Err(error) => error,
        }
    }

    /// Removes an entry. The record goes first: without it, a blob is nothing.
    pub(crate) fn remove(&self, key: Digest) -> Result<(), Error> {
        remove(&self.layout.record(key))?;
        remove(&self.layout.name(key))?;
        remove(&self.layout.blob(key))
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
    // Unlike others, Windows changes no times of what was opened to be read.
    if let Ok(file) = File::options().read(true).write(cfg!(windows)).open(record) {
        let _ = file.set_modified(now);
    }
}
