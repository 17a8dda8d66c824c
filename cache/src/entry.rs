//! What was found.

use crate::digest::Digest;
use crate::record::{Outcome, Record};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;

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
    File(PathBuf),
    /// Verified, and in no store that works.
    Memory(Vec<u8>),
}

impl Entry {
    pub(crate) fn stored(record: Record, blob: Option<PathBuf>, guard: File) -> Entry {
        let blob = blob.map_or(Blob::None, Blob::File);
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

    /// Puts the blob into a new file: sharing its blocks where the file system can, else as a copy, never as a link,
    /// so that no change of the one is a change of the other. Then the new file, which must be open for reading,
    /// too, is read, and compared with the digest.
    ///
    /// # Errors
    ///
    /// Where the file can't be written; [`io::ErrorKind::InvalidData`] where the entry is damaged.
    pub fn deliver(&self, to: &mut File) -> io::Result<()> {
        match &self.blob {
            Blob::File(blob) => {
                let mut source = File::open(blob).map_err(|_| io::ErrorKind::InvalidData)?;
                // On Linux the kernel copies, and shares blocks.
                if let Err(error) = io::copy(&mut source, to) {
                    // Was it the reading, or the writing?
                    self.verify(Digest::of_file(blob).map_err(|_| io::ErrorKind::InvalidData)?)?;
                    return Err(error);
                }
                to.rewind()?;
                self.verify(Digest::of_rest(to)?)
            }
            Blob::Memory(blob) => to.write_all(blob),
            Blob::None => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// The blob, verified.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] where it is damaged, or can't be read.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        match &self.blob {
            Blob::File(path) => {
                let blob = std::fs::read(path).map_err(|_| io::ErrorKind::InvalidData)?;
                self.verify(Digest::of(&blob))?;
                Ok(blob)
            }
            Blob::Memory(blob) => Ok(blob.clone()),
            Blob::None => Err(io::ErrorKind::InvalidData.into()),
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
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
