//! What was found.

use crate::accept::Accept;
use crate::digest::Digest;
use crate::record::{Outcome, Record};
use crate::trust::Trust;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::PathBuf;

/// Of an entry that says why something can't be made.
const NO_BLOB: &str = "it has no blob";

/// What was found under a key. While it is held, it isn't pruned.
#[derive(Debug)]
pub struct Entry {
    record: Record,
    blob: Blob,
    _guard: Option<File>,
}

#[derive(Debug)]
enum Blob {
    /// There is none.
    None,
    /// In the store, not verified.
    File(PathBuf, Trust),
    /// Verified, and in no store that works.
    Memory(Vec<u8>),
}

impl Entry {
    pub(crate) fn stored(record: Record, blob: Option<PathBuf>, trust: Trust, guard: File) -> Entry {
        let blob = blob.map_or(Blob::None, |path| Blob::File(path, trust));
        Entry { record, blob, _guard: Some(guard) }
    }

    #[cfg_attr(not(feature = "remote"), allow(dead_code, reason = "only a shared store has such"))]
    pub(crate) fn memory(record: Record, blob: Vec<u8>) -> Entry {
        Entry { record, blob: Blob::Memory(blob), _guard: None }
    }

    /// What it is.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What is wrong with it: what `accept` says of its bytes, unless they are damaged.
    pub(crate) fn check(&self, accept: &Accept<'_>) -> Result<(), String> {
        let bytes = self.bytes().map_err(|error| error.to_string())?;
        accept(&bytes).map_err(|why| match self.verify(Digest::of(&bytes)) {
            Ok(()) => why,
            Err(damage) => damage.to_string(),
        })
    }

    /// Puts the blob into a new file: sharing its blocks where the file system can, else as a copy, never as a link,
    /// so that no change of the one is a change of the other. Then the new file, which must be open for reading,
    /// too, is read, and compared with the digest.
    ///
    /// # Errors
    ///
    /// Where the file can't be written; [`io::ErrorKind::InvalidData`] where the entry is damaged.
    pub fn deliver(&self, to: &mut File) -> io::Result<()> {
        match &self.blob {
            Blob::File(..) => {
                // On Linux the kernel copies, and shares blocks.
                if let Err(error) = io::copy(&mut self.open()?, to) {
                    // Was it the reading, or the writing?
                    self.read()?;
                    return Err(error);
                }
            }
            Blob::Memory(blob) => to.write_all(blob)?,
            Blob::None => return Err(invalid(NO_BLOB)),
        }
        to.rewind()?;
        self.verify(Digest::of_rest(to)?)
    }

    /// The blob, verified.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] where it is damaged, or can't be read, or may be another user's.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let bytes = self.bytes()?;
        self.verify(Digest::of(&bytes))?;
        Ok(bytes)
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        if let Blob::Memory(bytes) = &self.blob {
            return Ok(bytes.clone());
        }
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(|error| invalid(&error.to_string()))?;
        Ok(bytes)
    }

    fn open(&self) -> io::Result<File> {
        match &self.blob {
            Blob::File(path, trust) => trust.open(path).map_err(|error| invalid(&error.to_string())),
            Blob::Memory(_) | Blob::None => Err(invalid(NO_BLOB)),
        }
    }

    /// The digest of its blob, which is only known to be true once it was read or delivered.
    pub fn digest(&self) -> Option<Digest> {
        match self.record.outcome {
            Outcome::Blob { blake3, .. } => Some(blake3),
            Outcome::Failure { .. } => None,
        }
    }

    fn verify(&self, digest: Digest) -> io::Result<()> {
        match self.digest() == Some(digest) {
            true => Ok(()),
            false => Err(invalid("its bytes are others")),
        }
    }
}

/// The test that an error in delivering is one of the entry, rather than of the place it goes to.
pub fn is_damage(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidData
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}
