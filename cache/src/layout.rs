//! Where things are in a cache's folder.
//!
//! ```text
//! FOLDER/
//!   CACHEDIR.TAG              tells backup programs to leave it out
//!   v1/                       the version of this layout
//!     lock                    held shared by who uses the store, alone by who prunes it
//!     turnstile               passed on the way to the lock; held by who waits to prune
//!     entries/ab/KEY.json     what an entry is: key, digest of its blob, cost; written last
//!     entries/ab/KEY.blob     the blob as it is
//!     entries/ab/KEY.name     what its source was called, for people
//!     filling/KEY             locked by who makes that entry
//!     files/DEVICE-FOLDER     what is known of the files in a folder
//!     log                     what came of each run, a line each
//!     temp/                   what is not whole yet
//! ```

use crate::digest::Digest;
use crate::error::Error;
use crate::trust::Trust;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The version of the layout. Another version has another folder, and neither touches the other's.
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
    filling: PathBuf,
    files: PathBuf,
    temp: PathBuf,
}

impl Layout {
    pub(crate) fn new(folder: &Path) -> Layout {
        let version = folder.join(VERSION);
        let [entries, filling, files, temp] =
            ["entries", "filling", "files", "temp"].map(|name| version.join(name));
        Layout { folder: folder.into(), version, entries, filling, files, temp }
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

    /// In one of 256 folders, because some file systems are slow where a folder holds many files.
    fn entry(&self, key: Digest, extension: &str) -> PathBuf {
        let key = key.to_string();
        self.entries.join(format!("{}/{key}.{extension}", &key[..2]))
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

    /// The folders in which somebody could put entries in the place of ours, each behind the one that it
    /// is in.
    pub(crate) fn folders(&self) -> [&Path; 6] {
        [&self.folder, &self.version, &self.entries, &self.filling, &self.files, &self.temp]
    }

    /// Sees whether nobody else can put entries into the folders, as far as they are there. Says whether
    /// all of them are.
    pub(crate) fn check(&self, trust: Trust) -> Result<bool, Error> {
        let mut complete = true;
        for folder in self.folders() {
            match trust.behind_link(folder) {
                // What others can add to a folder of ours, such as `/tmp`, is theirs.
                Ok(metadata) if folder == self.folder() => trust.check_outermost(folder, &metadata)?,
                Ok(metadata) => trust.check(folder, &metadata)?,
                Err(error @ Error::Theirs { .. }) => return Err(error),
                // Who can't look into it finds out when it is used.
                Err(error) => complete &= !error.is_absence(),
            }
        }
        Ok(complete)
    }

    /// Makes the folders. What is there already stays.
    pub(crate) fn create(&self, trust: Trust) -> io::Result<()> {
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
        // Whole or not at all, as everything here.
        let mut file = trust.temporary_file(&self.temp)?;
        file.write_all(TAG.as_bytes())?;
        file.persist(tag).map(|_| ()).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_was_cut_off_is_made_whole() {
        let folder = tempfile::tempdir().unwrap();
        let tag = folder.path().join("CACHEDIR.TAG");
        std::fs::write(&tag, &TAG[..10]).unwrap();
        Layout::new(folder.path()).create(Trust::Owner).unwrap();
        assert_eq!(std::fs::read_to_string(&tag).unwrap(), TAG);
    }

    /// Another layout needs another version.
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
            (layout.filling_of(key), format!("F/v1/filling/{key}")),
            (layout.files().into(), "F/v1/files".into()),
            (layout.log(), "F/v1/log".into()),
            (layout.temp().into(), "F/v1/temp".into()),
            (layout.entries().into(), "F/v1/entries".into()),
            (layout.filling().into(), "F/v1/filling".into()),
        ];
        for (path, drawn) in paths {
            assert_eq!(path, Path::new(&drawn));
        }
        assert_eq!(TAG.lines().next(), Some("Signature: 8a477f597d28d172789f06886806bc55"));
    }
}
