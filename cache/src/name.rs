//! The name of an entry in lists. It is for people only: no part of the key, and not verified.

use crate::digest::Digest;
use crate::error::Error;
use crate::fs::remove;
use crate::key::Key;
use crate::store::Store;
use std::io::{Read, Write};
use std::path::Path;

/// The maximum length of a name in bytes. Of a longer name the end is kept, which names the file.
const MAX_BYTES: usize = 4096;

impl Store {
    /// Stores the name of an entry's source, unless the entry is gone. It isn't synced to the disk: if a crash loses it,
    /// only lists are affected.
    ///
    /// # Errors
    ///
    /// If it can't be written, or the store isn't trusted.
    pub fn name(&self, key: &Key, name: &Path) -> Result<(), Error> {
        let _guard = self.lock_shared()?;
        let path = self.layout.name(key.digest());
        let name = name.to_string_lossy();
        let from = name.ceil_char_boundary(name.len().saturating_sub(MAX_BYTES));
        let write = || {
            let mut file = self.trust.temporary_file(self.layout.temp())?;
            file.write_all(&name.as_bytes()[from..])?;
            file.persist(&path).map(|_| ()).map_err(|error| error.error)
        };
        self.with_folders(write).map_err(Error::io("write", &path))?;
        // The entry may have been removed since it was stored, and a name alone would stay until the next pruning.
        match self.layout.record(key.digest()).exists() {
            true => Ok(()),
            false => remove(&path),
        }
    }

    /// The name of an entry, if it has one. The caller holds the lock.
    pub(crate) fn name_of(&self, key: Digest) -> Option<String> {
        let mut name = Vec::new();
        let file = self.trust.open(&self.layout.name(key)).ok()?;
        file.take(MAX_BYTES as u64).read_to_end(&mut name).ok()?;
        Some(String::from_utf8_lossy(&name).into_owned()).filter(|name| !name.is_empty())
    }
}
