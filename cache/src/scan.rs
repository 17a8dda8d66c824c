//! The scan of all entries in a store.

use crate::digest::Digest;
use crate::error::Error;
use crate::fs::list;
use crate::record::Record;
use crate::store::Store;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An entry in a store, whose blob was not read.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// The entry's record.
    pub record: Record,
    /// The name of the source when the entry was made, not verified; `None` if it has none. Only [`Store::list`] reads
    /// it.
    pub name: Option<String>,
    /// The time of the last use, to the hour.
    pub used: SystemTime,
    /// The size on the disk, in bytes.
    pub bytes: u64,
}

/// The files below `entries/`.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The entries with an undamaged record, the last used first.
    pub(crate) entries: Vec<StoredEntry>,
    /// The damaged records.
    pub(crate) damaged: Vec<PathBuf>,
    /// The blobs and names without a record. An entry that is just being stored is among them.
    pub(crate) orphans: Vec<PathBuf>,
}

impl Store {
    /// All entries, the last used first.
    ///
    /// # Errors
    ///
    /// If the store can't be read.
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

    /// Reads all records. The caller holds the lock.
    pub(crate) fn scan(&self) -> Result<Scan, Error> {
        let mut scan = Scan::default();
        for folder in list(self.layout.entries())? {
            for file in list(&folder?.path())? {
                let path = file?.path();
                let key = path.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.parse().ok());
                match key {
                    Some(key) if path == self.layout.record(key) => match self.stored_entry(&path, key) {
                        Some(entry) => scan.entries.push(entry),
                        // Another process may have removed it meanwhile, as damaged.
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
