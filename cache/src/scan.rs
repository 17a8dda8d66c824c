//! Everything that is in a store.

use crate::digest::Digest;
use crate::error::Error;
use crate::fs::list;
use crate::record::Record;
use crate::store::Store;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An entry that is in a store.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// The record of what it is.
    pub record: Record,
    /// The name of its source when it was made, which nobody verified; `None` where nobody said, or nobody asks.
    pub name: Option<String>,
    /// The time of its last use, to the hour.
    pub used: SystemTime,
    /// Its size on the disk, in bytes.
    pub bytes: u64,
}

/// All that is below `entries/`.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// What is whole, as far as the records tell.
    pub(crate) entries: Vec<StoredEntry>,
    /// Records that are damaged.
    pub(crate) damaged: Vec<PathBuf>,
    /// Blobs and names without a record: one that is just being stored is among them, if somebody stores.
    pub(crate) orphans: Vec<PathBuf>,
}

impl Store {
    /// Every entry, the last used first.
    ///
    /// # Errors
    ///
    /// Where the store can't be read.
    pub fn list(&self) -> Result<Vec<StoredEntry>, Error> {
        if !self.is_there() {
            return Ok(Vec::new());
        }
        let _guard = self.lock_shared()?;
        let mut entries = self.scan()?.entries;
        for entry in &mut entries {
            entry.name = self.name_of(entry.record.key);
        }
        Ok(entries)
    }

    /// Reads all records. Whoever calls it holds the lock.
    pub(crate) fn scan(&self) -> Result<Scan, Error> {
        let mut scan = Scan::default();
        for folder in list(self.layout.entries())? {
            for file in list(&folder?.path())? {
                let path = file?.path();
                let key = path.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.parse().ok());
                match key {
                    Some(key) if path == self.layout.record(key) => match self.stored_entry(&path, key) {
                        Some(entry) => scan.entries.push(entry),
                        // It may have been removed meanwhile, as damaged.
                        None if !path.exists() => {}
                        None => scan.damaged.push(path),
                    },
                    Some(key)
                        if [self.layout.blob(key), self.layout.name(key)].contains(&path)
                            && self.layout.record(key).exists() => {}
                    _ => scan.orphans.push(path),
                }
            }
        }
        scan.entries.sort_by_key(|entry| std::cmp::Reverse(entry.used));
        Ok(scan)
    }

    fn stored_entry(&self, path: &Path, key: Digest) -> Option<StoredEntry> {
        let text = std::fs::read(path).ok()?;
        let used = path.metadata().ok()?.modified().ok()?;
        match Record::read(&text)? {
            (record, b"") if record.key == key => {
                let name_bytes = self.layout.name(key).symlink_metadata().map_or(0, |name| name.len());
                let bytes = [text.len() as u64, name_bytes]
                    .into_iter()
                    .fold(record.blob_bytes(), u64::saturating_add);
                Some(StoredEntry { record, name: None, used, bytes })
            }
            _ => None,
        }
    }
}
