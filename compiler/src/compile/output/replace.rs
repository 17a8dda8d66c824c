//! The atomic replacement of a file.

use super::content::Content;
use super::folder::folder;
use super::owners::Owners;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// The files that decide who may read an output.
pub(super) struct Privacy<'a> {
    /// The file that the output is made from.
    input: Option<&'a Metadata>,
    /// The file that the output replaces.
    old: Option<&'a Metadata>,
}

impl<'a> Privacy<'a> {
    /// The privacy of an output that replaces `old`. An old file of another user is ignored.
    pub(super) fn new(old: Option<&'a Metadata>, owners: &Owners<'a>) -> Privacy<'a> {
        Privacy { input: owners.input, old: old.filter(|old| owners.accepts_owner(old)) }
    }
}

/// Fills a new file beside `path`, and renames it to `path`. Anything at `path` is replaced, also a link.
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
    /// A new file, which nobody may read who may not read the finished output.
    fn create(&self, path: &Path) -> io::Result<File> {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        let mode = match (self.old, self.input) {
            (Some(_), _) => OWNERS,
            // The kernel removes the bits of the user's mask.
            (None, Some(input)) => input.mode() & FILES | OWNERS,
            (None, None) => FILES,
        };
        OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
    }

    /// Gives the file the old file's owner and permissions, or else those permissions of the input that fit its owner.
    fn apply(&self, file: &File) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        let made = file.metadata()?;
        let (like, mode) = match (self.old, self.input) {
            (Some(old), _) => {
                // Without the right to give the file away, the owner stays.
                if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
                    let _ = fchown(file, None, Some(old.gid()));
                }
                (old, old.mode() & ALL)
            }
            (None, Some(input)) => (input, made.mode() & ALL),
            (None, None) => return Ok(()),
        };
        // Another group gets no more rights than everybody.
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

/// All permissions.
const ALL: u32 = 0o777;
/// The permissions of a file that isn't a program.
const FILES: u32 = 0o666;
/// The permissions of the owner, the group and all others.
const OWNERS: u32 = 0o600;
const GROUPS: u32 = 0o070;
const OTHERS: u32 = 0o007;
