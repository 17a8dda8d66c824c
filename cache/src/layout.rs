//! The layout of a cache's folder.
//!
//! ```text
//! FOLDER/
//!   CACHEDIR.TAG              tells backup programs to skip this folder
//!   v1/                       the version of this layout
//!     lock                    locked shared by readers and writers, exclusively by pruning
//!     turnstile               a second lock, taken before the first; pruning holds it while it waits
//!     entries/ab/KEY.json     an entry's record: key, digest of its blob, cost; written last
//!     entries/ab/KEY.blob     the blob, unchanged
//!     entries/ab/KEY.name     the name of the entry's source, for people
//!     groups/ab/GROUP         the keys of the entries that belong together, one per line
//!     filling/KEY             locked by the process that makes the entry
//!     files/DEVICE-FOLDER     notes on the files in a folder
//!     log                     the results of each run, one per line
//!     temp/                   files that are still being written
//! ```

use crate::digest::Digest;
use crate::error::Error;
use crate::trusted_users::TrustedUsers;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The version of the layout. Each version has its own folder, and leaves the others alone.
pub(crate) const VERSION: &str = "v1";

const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This is a cache of precompile's: it can be deleted at any time.\n\
    # What this file is for: https://bford.info/cachedir/\n";

/// The paths in a cache's folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    folder: PathBuf,
    version: PathBuf,
    entries: PathBuf,
    groups: PathBuf,
    filling: PathBuf,
    files: PathBuf,
    temp: PathBuf,
}

impl Layout {
    pub(crate) fn new(folder: &Path) -> Layout {
        let version = folder.join(VERSION);
        let [entries, groups, filling, files, temp] =
            ["entries", "groups", "filling", "files", "temp"].map(|name| version.join(name));
        Layout { folder: folder.into(), version, entries, groups, filling, files, temp }
    }

    /// The cache's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn tag(&self) -> PathBuf {
        self.folder.join("CACHEDIR.TAG")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.version.join("lock")
    }

    pub(crate) fn turnstile(&self) -> PathBuf {
        self.version.join("turnstile")
    }

    pub(crate) fn entries(&self) -> &Path {
        &self.entries
    }

    pub(crate) fn record(&self, key: Digest) -> PathBuf {
        self.entry(key, "json")
    }

    pub(crate) fn blob(&self, key: Digest) -> PathBuf {
        self.entry(key, "blob")
    }

    pub(crate) fn name(&self, key: Digest) -> PathBuf {
        self.entry(key, "name")
    }

    /// The path of an entry's file, in one of 256 folders: some file systems are slow with many files in a folder.
    fn entry(&self, key: Digest, extension: &str) -> PathBuf {
        let key = key.to_string();
        self.entries.join(format!("{}/{key}.{extension}", &key[..2]))
    }

    pub(crate) fn groups(&self) -> &Path {
        &self.groups
    }

    pub(crate) fn group(&self, group: Digest) -> PathBuf {
        let group = group.to_string();
        self.groups.join(format!("{}/{group}", &group[..2]))
    }

    pub(crate) fn filling(&self) -> &Path {
        &self.filling
    }

    pub(crate) fn filling_of(&self, key: Digest) -> PathBuf {
        self.filling.join(key.to_string())
    }

    pub(crate) fn files(&self) -> &Path {
        &self.files
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.version.join("log")
    }

    pub(crate) fn temp(&self) -> &Path {
        &self.temp
    }

    /// The folders in which another user could replace our entries, each after its parent.
    pub(crate) fn folders(&self) -> [&Path; 7] {
        [&self.folder, &self.version, &self.entries, &self.groups, &self.filling, &self.files, &self.temp]
    }

    /// Checks that no other user can write to the folders that exist. Returns true if all of them exist.
    pub(crate) fn check(&self, trust: TrustedUsers) -> Result<bool, Error> {
        let mut complete = true;
        for folder in self.folders() {
            match trust.behind_link(folder) {
                // Other users may add files of their own to this folder, as to `/tmp`.
                Ok(metadata) if folder == self.folder() => trust.check_outermost(folder, &metadata)?,
                Ok(metadata) => trust.check(folder, &metadata)?,
                Err(error @ Error::Theirs { .. }) => return Err(error),
                // A folder that can't be read is reported when it is used.
                Err(error) => complete &= !error.is_absence(),
            }
        }
        Ok(complete)
    }

    /// Creates the folders that don't exist.
    pub(crate) fn create(&self, trust: TrustedUsers) -> io::Result<()> {
        if let Some(parent) = self.folder.parent() {
            std::fs::create_dir_all(parent)?;
        }
        for folder in self.folders() {
            trust.make_folder(folder)?;
        }
        let tag = self.tag();
        if std::fs::read(&tag).is_ok_and(|text| text == TAG.as_bytes()) {
            return Ok(());
        }
        // Renamed into place, so that it is complete or absent.
        let mut file = trust.temporary_file(&self.temp)?;
        file.write_all(TAG.as_bytes())?;
        file.persist(tag).map(|_| ()).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_tag_is_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let tag = folder.path().join("CACHEDIR.TAG");
        std::fs::write(&tag, &TAG[..10]).unwrap();
        Layout::new(folder.path()).create(TrustedUsers::Owner).unwrap();
        assert_eq!(std::fs::read_to_string(&tag).unwrap(), TAG);
    }

    /// If a path has to change, the layout needs a new version.
    #[test]
    fn the_layout_of_version_1() {
        let layout = Layout::new(Path::new("F"));
        let key: Digest = "ab".repeat(32).parse().unwrap();
        let paths = [
            (layout.lock(), "F/v1/lock".into()),
            (layout.turnstile(), "F/v1/turnstile".into()),
            (layout.record(key), format!("F/v1/entries/ab/{key}.json")),
            (layout.blob(key), format!("F/v1/entries/ab/{key}.blob")),
            (layout.name(key), format!("F/v1/entries/ab/{key}.name")),
            (layout.group(key), format!("F/v1/groups/ab/{key}")),
            (layout.filling_of(key), format!("F/v1/filling/{key}")),
            (layout.files().into(), "F/v1/files".into()),
            (layout.log(), "F/v1/log".into()),
            (layout.temp().into(), "F/v1/temp".into()),
            (layout.entries().into(), "F/v1/entries".into()),
            (layout.groups().into(), "F/v1/groups".into()),
            (layout.filling().into(), "F/v1/filling".into()),
        ];
        for (path, drawn) in paths {
            assert_eq!(path, Path::new(&drawn));
        }
        assert_eq!(TAG.lines().next(), Some("Signature: 8a477f597d28d172789f06886806bc55"));
    }
}
