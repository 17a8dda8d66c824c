//! Groups of entries that belong together, each found by a digest of the caller's choice.
//!
//! A group is a file with the keys of its entries. Entries are added at its end, so that nothing is lost where several
//! processes add some, and its metadata alone tell that it has changed.

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::fs::{list, remove};
use crate::key::Key;
use crate::store::Store;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

impl Store {
    /// The file of a group. Whenever an entry joins the group, or is stored again, the file has another size or is another
    /// file: who waits for an entry need not read the store.
    pub fn group_file(&self, group: Digest) -> PathBuf {
        self.layout.group(group)
    }

    /// The digests of the keys of a group's entries, the last stored first. Some of the entries may have been removed.
    ///
    /// # Errors
    ///
    /// If the store can't be read or isn't trusted.
    pub fn group(&self, group: Digest) -> Result<Vec<Digest>, Error> {
        let path = self.layout.group(group);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let _guard = self.lock_shared()?;
        let mut text = Vec::new();
        match self.trust.open(&path) {
            Err(error) if error.is_absence() => {}
            file => {
                file?.read_to_end(&mut text).map_err(Error::io("read", &path))?;
            }
        }
        Ok(keys(&text))
    }

    /// Returns true if an entry is in a group, as far as that can be read.
    pub(crate) fn is_in_group(&self, key: Digest, group: Digest) -> bool {
        std::fs::read(self.layout.group(group)).is_ok_and(|text| keys(&text).contains(&key))
    }

    /// Adds an entry to a group. An entry of this store keeps the lock meanwhile, and others aren't added.
    pub(crate) fn join(&self, entry: &Entry, key: &Key, group: Digest) -> Result<(), Error> {
        if !entry.is_locked() {
            return Ok(());
        }
        let path = self.layout.group(group);
        let join = || {
            if let Some(folder) = path.parent() {
                self.trust.make_folder(folder)?;
            }
            let mut file = self.trust.new_file().append(true).open(&path)?;
            // A single write at the end of the file can't be interleaved with those of other processes.
            file.write_all(line(key.digest()).as_bytes())
        };
        self.with_folders(join).map_err(Error::io("write", &path))
    }

    /// Removes the entries that are gone from all groups. The caller holds the exclusive lock.
    pub(crate) fn prune_groups(&self) -> Result<(), Error> {
        for folder in list(self.layout.groups())? {
            for file in list(&folder?.path())? {
                let path = file?.path();
                // What can't be read for a moment is pruned another time.
                let Ok(text) = std::fs::read(&path) else { continue };
                let is_there = |key: &Digest| self.layout.record(*key).exists();
                let kept: String = keys(&text).into_iter().rev().filter(is_there).map(line).collect();
                match kept.is_empty() {
                    true => remove(&path)?,
                    false if kept.as_bytes() == text => {}
                    false => self.replace_group(&path, &kept).map_err(Error::io("write", &path))?,
                }
            }
        }
        Ok(())
    }

    /// Writes a group's file anew. It isn't synced to the disk: a crash costs those who look for its entries alone.
    fn replace_group(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = self.trust.temporary_file(self.layout.temp())?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// The line of an entry. It also begins with a newline, so that it can't be appended to a line that was cut off by a full
/// disk.
fn line(key: Digest) -> String {
    format!("\n{key}\n")
}

/// The keys in a group's file, each once, the last first. Damaged lines are ignored.
fn keys(text: &[u8]) -> Vec<Digest> {
    let mut keys = Vec::new();
    for line in text.rsplit(|byte| *byte == b'\n') {
        let key = std::str::from_utf8(line).ok().and_then(|line| line.parse().ok());
        if let Some(key) = key.filter(|key| !keys.contains(key)) {
            keys.push(key);
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_lines_are_ignored() {
        let [a, b] = [b"a", b"b"].map(|text| Digest::of(text));
        let cut = &line(a)[..20];
        let text = [line(a), line(b), cut.into(), line(a), "\u{0}\nword".into()].concat();
        assert_eq!(keys(text.as_bytes()), [a, b]);
        assert!(keys(b"").is_empty());
    }
}
