//! The store on this machine, which many processes share.

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::fs::remove;
use crate::key::Key;
use crate::layout::Layout;
use crate::patience::Patience;
use crate::record::{OTHER_KEY, Outcome, Record};
use crate::trusted_users::TrustedUsers;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

/// The time after which the use of an entry is recorded again.
const MARK_AFTER: Duration = Duration::from_secs(60 * 60);

/// A store of entries in a folder. The folder is created at the first write.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) layout: Arc<Layout>,
    pub(crate) trust: TrustedUsers,
    pub(crate) patience: Patience,
    /// The folders were checked, and no untrusted user can write to them.
    pub(crate) is_checked: Arc<AtomicBool>,
    /// Held for reading by every write to the store, for writing by [`Store::stop`].
    pub(crate) writing: Arc<RwLock<()>>,
}

impl Store {
    /// The store in a folder, for its owner only. Nothing is read or created yet.
    pub fn new(folder: &Path) -> Store {
        Store {
            layout: Arc::new(Layout::new(folder)),
            trust: TrustedUsers::default(),
            patience: Patience::default(),
            is_checked: Arc::default(),
            writing: Arc::default(),
        }
    }

    /// The same store, with other users trusted or not.
    pub fn trusting(self, trust: TrustedUsers) -> Store {
        Store { trust, ..self }
    }

    /// The same store, with another time limit for locks.
    pub fn waiting(self, patience: Patience) -> Store {
        Store { patience, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// Returns true if the store was used before, or if that can't be told. Used to read a store without creating it.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self.layout.entries().try_exists(), Ok(false))
    }

    /// The entry of a key.
    ///
    /// # Errors
    ///
    /// If the store can't be read or isn't trusted; [`Error::Refused`] if the entry was removed as damaged or not
    /// trusted.
    pub fn lookup(&self, key: &Key) -> Result<Option<Entry>, Error> {
        let found = self.entry(key.digest())?;
        if found.is_some() {
            self.note_use(key.digest());
        }
        Ok(found)
    }

    /// Notes that the entry with a digest of a key was used, so that it is pruned later.
    pub fn note_use(&self, key: Digest) {
        mark_as_used(&self.layout.record(key));
    }

    /// The entry with a digest of a key, as [`Store::list`] names it. This is no use of the entry.
    ///
    /// # Errors
    ///
    /// Those of [`Store::lookup`].
    pub fn entry(&self, key: Digest) -> Result<Option<Entry>, Error> {
        let guard = self.lock_shared()?;
        let path = self.layout.record(key);
        let mut file = match self.trust.open(&path) {
            Err(error) if error.is_absence() => return Ok(None),
            Err(error @ Error::Io { .. }) => return Err(error),
            Err(error) => return Err(self.refuse(key, &error.to_string())),
            Ok(file) => file,
        };
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(Error::io("read", &path))?;
        let record = match Record::read(&text) {
            Some((record, b"")) if record.key == key => record,
            Some((_, b"")) => return Err(self.refuse(key, OTHER_KEY)),
            _ => return Err(self.refuse(key, "its record is damaged")),
        };
        let blob = matches!(record.outcome, Outcome::Blob { .. }).then(|| self.layout.blob(key));
        Ok(Some(Entry::stored(record, blob, self.trust, guard)))
    }

    /// The file with the blob of an entry, for messages: what is read of it isn't verified.
    pub fn blob_file(&self, key: Digest) -> PathBuf {
        self.layout.blob(key)
    }

    /// Writes a file with this name into the store's folder, completely or not at all.
    ///
    /// # Errors
    ///
    /// If it can't be written, or the store isn't trusted.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let _guard = self.lock_shared()?;
        self.place(&self.folder().join(name), bytes)
    }

    /// Stores the blob of a key.
    ///
    /// # Errors
    ///
    /// If it can't be written. Nothing is left of it then.
    pub(crate) fn insert(&self, key: &Key, blob: &[u8], cost: Duration) -> Result<Entry, Error> {
        let guard = self.lock_shared()?;
        let digest = Digest::of(blob);
        let outcome = Outcome::Blob { blake3: digest, bytes: blob.len() as u64 };
        let (path, record) = (self.layout.blob(key.digest()), Record::new(key, outcome, cost));
        self.place_known(&path, blob, digest)?;
        self.place(&self.layout.record(key.digest()), &record.to_text())?;
        Ok(Entry::stored(record, Some(path), self.trust, guard))
    }

    /// Stores why the blob of a key can't be made.
    pub(crate) fn insert_failure(&self, key: &Key, message: String, cost: Duration) -> Result<(), Error> {
        let _guard = self.lock_shared()?;
        let record = Record::new(key, Outcome::Failure { message }, cost);
        self.place(&self.layout.record(key.digest()), &record.to_text())
    }

    /// Writes a file completely or not at all: it is written to the temporary folder, read back, synced to the disk,
    /// and only then renamed. The caller holds the lock, so that the temporary file isn't pruned meanwhile.
    pub(crate) fn place(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.place_known(path, bytes, Digest::of(bytes))
    }

    /// Like [`Store::place`], for bytes with a known digest.
    #[cfg_attr(feature = "planted-fault", allow(unused_variables, reason = "the fault is not to verify"))]
    fn place_known(&self, path: &Path, bytes: &[u8], digest: Digest) -> Result<(), Error> {
        let write = || {
            if let Some(folder) = path.parent() {
                self.trust.make_folder(folder)?;
            }
            #[cfg(feature = "planted-fault")]
            return crate::planted_fault::place(path, bytes);
            #[cfg(not(feature = "planted-fault"))]
            {
                use std::io::{self, Write};
                let mut file = self.trust.temporary_file(self.layout.temp())?;
                file.write_all(bytes)?;
                if Digest::of_file(file.path())? != digest {
                    return Err(io::Error::other("the disk returns other bytes than were written"));
                }
                file.as_file().sync_all()?;
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            }
        };
        self.with_folders(write).map_err(Error::io("write", path))
    }

    /// Removes an entry, and returns the error with the reason.
    pub(crate) fn refuse(&self, key: Digest, why: &str) -> Error {
        match self.remove(key) {
            Ok(()) => Error::Refused { key, why: why.into() },
            Err(error) => error,
        }
    }

    /// Removes an entry. The record goes first: a blob without a record is no entry.
    pub(crate) fn remove(&self, key: Digest) -> Result<(), Error> {
        remove(&self.layout.record(key))?;
        remove(&self.layout.name(key))?;
        remove(&self.layout.blob(key))
    }
}

/// Records the use of an entry, as the modification time of its record. If that can't be set, the entry is pruned
/// earlier.
pub(crate) fn mark_as_used(record: &Path) {
    let now = SystemTime::now();
    let used = record.metadata().and_then(|metadata| metadata.modified());
    if used.is_ok_and(|used| now.duration_since(used).is_ok_and(|since| since < MARK_AFTER)) {
        return;
    }
    // Windows alone needs write access to set times.
    if let Ok(file) = File::options().read(true).write(cfg!(windows)).open(record) {
        let _ = file.set_modified(now);
    }
}
