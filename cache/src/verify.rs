//! The verification of all entries.

use crate::digest::Digest;
use crate::error::Error;
use crate::fs::remove;
use crate::record::Outcome;
use crate::store::Store;
use std::path::PathBuf;

/// The result of verifying a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The number of undamaged entries.
    pub whole_entries: u64,
    /// The size of the undamaged entries, in bytes.
    pub whole_bytes: u64,
    /// The damaged files. Their entries were removed.
    pub damaged: Vec<PathBuf>,
}

impl Store {
    /// Reads all entries, and removes the damaged ones.
    ///
    /// # Errors
    ///
    /// If the store can't be read or written.
    pub fn verify(&self) -> Result<Verified, Error> {
        let mut verified = Verified::default();
        if !self.is_there() {
            return Ok(verified);
        }
        let _guard = self.lock_shared()?;
        let scan = self.scan()?;
        for path in scan.damaged {
            remove(&path)?;
            verified.damaged.push(path);
        }
        for entry in scan.entries {
            let key = entry.record.key;
            let whole = match entry.record.outcome {
                Outcome::Failure { .. } => true,
                Outcome::Blob { blake3, .. } => {
                    Digest::of_file(&self.layout.blob(key)).is_ok_and(|digest| digest == blake3)
                }
            };
            if whole {
                verified.whole_entries += 1;
                verified.whole_bytes += entry.bytes;
            } else {
                self.remove(key)?;
                verified.damaged.push(self.layout.blob(key));
            }
        }
        Ok(verified)
    }
}
