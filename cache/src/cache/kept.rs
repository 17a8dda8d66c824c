//! Entries that are kept beside those that are looked up: no lookup counts them, and no other machine gets them.

use super::Cache;
use crate::key::Key;
use std::path::Path;
use std::time::Duration;

impl Cache {
    /// Returns true if the store on this machine has an entry of a key, which is then as good as used now.
    pub fn has_kept(&self, key: &Key) -> bool {
        matches!(self.store.lookup(key), Ok(Some(_)))
    }

    /// Stores a blob on this machine, with the name of its source for lists, unless it is there.
    pub fn keep(&self, key: &Key, name: Option<&Path>, blob: &[u8]) {
        if self.unusable() || self.has_kept(key) {
            return;
        }
        // Two processes may store the same entry without harm.
        match self.store.insert(key, blob, Duration::ZERO) {
            Ok(_) => {
                self.run().stored_bytes += blob.len() as u64;
                self.name(key, name.map(Path::to_path_buf));
            }
            Err(error) => self.cannot_write(&error),
        }
    }

    /// The blob of a key in the store on this machine, verified; `None` if there is none. An entry that isn't trusted or
    /// that is damaged is removed, with a warning.
    pub fn kept(&self, key: &Key) -> Option<Vec<u8>> {
        match self.store.lookup(key) {
            Ok(entry) => {
                let blob = entry?.read();
                blob.map_err(|why| self.refuse(key, &why.to_string())).ok()
            }
            Err(error) => {
                self.not_delivered(&error);
                None
            }
        }
    }
}
