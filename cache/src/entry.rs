//! An entry of the cache, as a lookup returns it.

use crate::accept::{Accept, Candidate, Objection};
use crate::digest::Digest;
use crate::record::{Outcome, Record};
use crate::trusted_users::TrustedUsers;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use thiserror::Error;

/// The error for a blob with another digest than its record's.
pub(crate) const DAMAGED: &str = "its digest does not match";
/// The error for an entry that records a failure.
const NO_BLOB: &str = "it has no blob";

/// An entry that was found under a key. It isn't pruned while this value exists.
#[derive(Debug)]
pub struct Entry {
    record: Record,
    blob: Blob,
    guard: Option<File>,
}

#[derive(Debug)]
enum Blob {
    None,
    /// A file in the store, not verified.
    File(PathBuf, TrustedUsers),
    /// A file in the store, and the bytes that were read of it. They aren't verified either.
    Read(PathBuf, TrustedUsers, Vec<u8>),
    /// Verified bytes that couldn't be stored on this machine.
    Memory(Vec<u8>),
}

/// The reason why an entry isn't used.
#[derive(Debug, Error)]
pub(crate) enum CheckError {
    /// Its bytes can't be read, or are damaged.
    #[error(transparent)]
    Damaged(#[from] io::Error),
    /// The caller has something against its bytes.
    #[error(transparent)]
    Refused(Objection),
}

impl Entry {
    pub(crate) fn stored(record: Record, blob: Option<PathBuf>, trust: TrustedUsers, guard: File) -> Entry {
        let blob = blob.map_or(Blob::None, |path| Blob::File(path, trust));
        Entry { record, blob, guard: Some(guard) }
    }

    #[cfg_attr(not(feature = "remote"), allow(dead_code, reason = "only a shared store returns them"))]
    pub(crate) fn memory(record: Record, blob: Vec<u8>) -> Entry {
        Entry { record, blob: Blob::Memory(blob), guard: None }
    }

    /// Returns true if this value keeps the lock of the store, so that nothing is pruned meanwhile.
    pub(crate) fn is_locked(&self) -> bool {
        self.guard.is_some()
    }

    /// The entry's record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The entry, if `accept` accepts its bytes. It keeps them, so that they are read once. If they are refused because
    /// they are damaged, the error says that.
    pub(crate) fn accepted(self, accept: &Accept<'_>) -> Result<Entry, CheckError> {
        let bytes = self.bytes()?;
        let is_shared =
            matches!(self.blob, Blob::File(_, TrustedUsers::Anyone) | Blob::Read(_, TrustedUsers::Anyone, _));
        accept(Candidate { blob: &bytes, is_shared }).map_err(|why| {
            match self.verify(Digest::of(&bytes)) {
                Ok(()) => CheckError::Refused(why),
                Err(damage) => damage.into(),
            }
        })?;
        let bytes = bytes.into_owned();
        let blob = match self.blob {
            Blob::File(path, trust) | Blob::Read(path, trust, _) => Blob::Read(path, trust, bytes),
            Blob::Memory(_) | Blob::None => Blob::Memory(bytes),
        };
        Ok(Entry { blob, ..self })
    }

    /// Copies the blob to a new file, then reads that file and compares it with the digest. The copy shares the blob's
    /// blocks if the file system supports that. It is never a link, so a change of one doesn't change the other. The
    /// file must be open for reading, too.
    ///
    /// # Errors
    ///
    /// If the file can't be written; [`io::ErrorKind::InvalidData`] if the entry is damaged.
    pub fn deliver(&self, to: &mut File) -> io::Result<()> {
        match &self.blob {
            Blob::File(..) => {
                // On Linux the kernel copies, and shares blocks.
                if let Err(error) = io::copy(&mut self.open()?, to) {
                    // Reading again tells a damaged entry from a failed write.
                    self.read()?;
                    return Err(error);
                }
            }
            Blob::Read(_, _, blob) if !self.open().is_ok_and(|from| shares_blocks(&from, to)) => {
                to.write_all(blob)?;
            }
            Blob::Read(..) => {}
            Blob::Memory(blob) => to.write_all(blob)?,
            Blob::None => return Err(invalid(NO_BLOB)),
        }
        self.verify(Digest::of_open_file(to)?)
    }

    /// The blob, verified.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if the blob is damaged, can't be read, or another user may have written it.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let bytes = self.bytes()?;
        self.verify(Digest::of(&bytes))?;
        Ok(bytes.into_owned())
    }

    fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        if let Blob::Memory(bytes) | Blob::Read(_, _, bytes) = &self.blob {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(|error| invalid(&error.to_string()))?;
        Ok(Cow::Owned(bytes))
    }

    fn open(&self) -> io::Result<File> {
        match &self.blob {
            Blob::File(path, trust) | Blob::Read(path, trust, _) => {
                trust.open(path).map_err(|error| invalid(&error.to_string()))
            }
            Blob::Memory(_) | Blob::None => Err(invalid(NO_BLOB)),
        }
    }

    /// The digest of the blob according to the record. It is verified by [`Entry::read`] and [`Entry::deliver`] only.
    pub fn digest(&self) -> Option<Digest> {
        match self.record.outcome {
            Outcome::Blob { blake3, .. } => Some(blake3),
            Outcome::Failure { .. } => None,
        }
    }

    fn verify(&self, digest: Digest) -> io::Result<()> {
        match self.digest() == Some(digest) {
            true => Ok(()),
            false => Err(invalid(DAMAGED)),
        }
    }
}

/// Has a new file share the blocks of another, where the file system can. Returns true if it does.
#[cfg(target_os = "linux")]
fn shares_blocks(from: &File, to: &File) -> bool {
    rustix::fs::ioctl_ficlone(to, from).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn shares_blocks(_: &File, _: &File) -> bool {
    false
}

/// Returns true if an error of [`Entry::deliver`] is due to the entry, and not to the file it was copied to.
pub fn is_damage(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidData
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}
