//! Replacing a file by another, at once.

use super::content::Content;
use super::folder::folder;
use super::trust::Trust;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// The files that say who may read an output.
pub(super) struct Privacy<'a> {
    /// The file that it is made from.
    input: Option<&'a Metadata>,
    /// The file that it replaces.
    old: Option<&'a Metadata>,
}

impl<'a> Privacy<'a> {
    /// The owner and the permissions of a file that isn't the user's don't count.
    pub(super) fn new(old: Option<&'a Metadata>, trust: &Trust<'a>) -> Privacy<'a> {
        Privacy { input: trust.input, old: old.filter(|old| trust.counts(old)) }
    }
}

/// Fills a new file beside `path`, and renames it. Whatever stands there by then is replaced, also a link.
pub(super) fn replace(path: &Path, privacy: &Privacy<'_>, content: &Content<'_>) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(".precompile-").make_in(folder(path), |file| privacy.create(file))?;
    content.fill(file.as_file_mut())?;
    privacy.apply(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
impl Privacy<'_> {
    /// A new file, which nobody may read yet who mayn't read it later.
    fn create(&self, path: &Path) -> io::Result<File> {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        let mode = match (self.old, self.input) {
            (Some(_), _) => OWNERS,
            // The kernel takes away what the user's mask does.
            (None, Some(input)) => input.mode() & FILES | OWNERS,
            (None, None) => FILES,
        };
        OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
    }

    /// Gives the file the old one's owner and permissions, or else those of the input that fit its owner.
    fn apply(&self, file: &File) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        let made = file.metadata()?;
        let (like, mode) = match (self.old, self.input) {
            (Some(old), _) => {
                // Who may not give it away, keeps it.
                if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
                    let _ = fchown(file, None, Some(old.gid()));
                }
                (old, old.mode() & ALL)
            }
            (None, Some(input)) => (input, made.mode() & ALL),
            (None, None) => return Ok(()),
        };
        // Another group may do no more than everybody.
        let is_same_group = file.metadata()?.gid() == like.gid();
        let mode = if is_same_group { mode } else { mode & !GROUPS | (mode & OTHERS) << 3 & mode };
        // A file system without permissions has none to lose.
        if mode != made.mode() & ALL {
            let _ = file.set_permissions(PermissionsExt::from_mode(mode));
        }
        Ok(())
    }
}

#[cfg(not(unix))]
impl Privacy<'_> {
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    fn apply(&self, _: &File) -> io::Result<()> {
        Ok(())
    }
}

/// The permissions of a file, of one that isn't a program, and parts of them.
const ALL: u32 = 0o777;
const FILES: u32 = 0o666;
const OWNERS: u32 = 0o600;
const GROUPS: u32 = 0o070;
const OTHERS: u32 = 0o007;
