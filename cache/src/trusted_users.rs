//! The users whose entries are trusted.

use crate::error::Error;
use std::fs::{File, Metadata};
use std::path::Path;
use std::str::FromStr;

/// The users whose entries are trusted. Users of the cache run its entries as machine code: a user who can write an
/// entry has the rights of everyone who uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustedUsers {
    /// This user and the system's administrator: entries that others can write are refused. Folders and files are
    /// created for this user only.
    #[default]
    Owner,
    /// All users, for a folder that users share on purpose. Folders and files are created with the usual permissions.
    Anyone,
}

/// The error for a name of nobody whom a cache can trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no one a cache can trust: use `owner` or `anyone`")]
pub struct UnknownUsers(pub String);

impl FromStr for TrustedUsers {
    type Err = UnknownUsers;

    fn from_str(name: &str) -> Result<TrustedUsers, UnknownUsers> {
        match name {
            "owner" => Ok(TrustedUsers::Owner),
            "anyone" => Ok(TrustedUsers::Anyone),
            _ => Err(UnknownUsers(name.into())),
        }
    }
}

impl TrustedUsers {
    /// The metadata of a path. A symbolic link is followed, unless an untrusted user owns it, who could replace it at
    /// any time.
    pub(crate) fn behind_link(self, path: &Path) -> Result<Metadata, Error> {
        // With a slash at the end of the path, the link itself couldn't be examined.
        let path = path.components().as_path();
        let there = path.symlink_metadata().map_err(Error::io("read", path))?;
        if !there.is_symlink() {
            return Ok(there);
        }
        self.check_owner(path, &there)?;
        path.metadata().map_err(Error::io("read", path))
    }

    /// Opens a file, unless an untrusted user may have written it.
    pub(crate) fn open(self, path: &Path) -> Result<File, Error> {
        let file = File::open(path).map_err(Error::io("read", path))?;
        self.check(path, &file.metadata().map_err(Error::io("read", path))?)?;
        Ok(file)
    }
}

#[cfg(unix)]
mod system {
    use super::TrustedUsers;
    use crate::error::Error;
    use std::fs::{DirBuilder, Metadata, OpenOptions, Permissions};
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    const GROUP_CAN_WRITE: u32 = 0o020;
    const OTHERS_CAN_WRITE: u32 = 0o002;
    /// The sticky bit: users can't rename or remove each other's files in such a folder.
    const STICKY: u32 = 0o1000;

    impl TrustedUsers {
        /// Checks that a file or folder belongs to this user or the administrator, and that nobody else can write to
        /// it.
        pub(crate) fn check(self, path: &Path, metadata: &Metadata) -> Result<(), Error> {
            self.check_mode(path, metadata, metadata.mode() & (GROUP_CAN_WRITE | OTHERS_CAN_WRITE) != 0)
        }

        /// Checks the cache's outermost folder. Its group may write to it, because a user is often the only member of
        /// the group. A folder of ours that the group replaces is refused for its owner.
        pub(crate) fn check_outermost(self, path: &Path, metadata: &Metadata) -> Result<(), Error> {
            self.check_mode(path, metadata, metadata.mode() & (OTHERS_CAN_WRITE | STICKY) == OTHERS_CAN_WRITE)
        }

        fn check_mode(self, path: &Path, metadata: &Metadata, is_open: bool) -> Result<(), Error> {
            self.check_owner(path, metadata)?;
            match is_open && self == TrustedUsers::Owner {
                true => Err(Error::Open { path: path.into() }),
                false => Ok(()),
            }
        }

        /// Checks that a file or folder belongs to this user or the administrator.
        pub(crate) fn check_owner(self, path: &Path, metadata: &Metadata) -> Result<(), Error> {
            let user = metadata.uid();
            let is_theirs = user != 0 && user != rustix::process::geteuid().as_raw();
            match is_theirs && self == TrustedUsers::Owner {
                true => Err(Error::Theirs { path: path.into(), user }),
                false => Ok(()),
            }
        }

        /// Creates a folder, if it doesn't exist. The `umask` doesn't matter for one that only the owner may use.
        pub(crate) fn make_folder(self, path: &Path) -> io::Result<()> {
            let mode = match self {
                TrustedUsers::Owner => 0o700,
                TrustedUsers::Anyone => 0o777,
            };
            match DirBuilder::new().mode(mode).create(path) {
                Ok(()) if self == TrustedUsers::Owner => {
                    std::fs::set_permissions(path, Permissions::from_mode(mode))
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
                made => made,
            }
        }

        /// The options to create a file that this process or others will read.
        pub(crate) fn new_file(self) -> OpenOptions {
            let mut options = OpenOptions::new();
            options.create(true).mode(self.file_mode());
            options
        }

        pub(crate) fn temporary_file(self, folder: &Path) -> io::Result<tempfile::NamedTempFile> {
            let permissions = Permissions::from_mode(self.file_mode());
            tempfile::Builder::new().permissions(permissions).tempfile_in(folder)
        }

        fn file_mode(self) -> u32 {
            match self {
                TrustedUsers::Owner => 0o600,
                TrustedUsers::Anyone => 0o666,
            }
        }

        /// Takes write access to a folder or file of this user from all others.
        pub(crate) fn close(self, path: &Path) -> io::Result<()> {
            let metadata = path.metadata()?;
            let closed = metadata.mode() & !(GROUP_CAN_WRITE | OTHERS_CAN_WRITE) & 0o7777;
            let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
            if self == TrustedUsers::Anyone || !is_ours || closed == metadata.mode() & 0o7777 {
                return Ok(());
            }
            std::fs::set_permissions(path, Permissions::from_mode(closed))
        }
    }
}

/// On other systems nothing is checked: the user who chooses the folder is responsible for its permissions.
#[cfg(not(unix))]
mod system {
    use super::TrustedUsers;
    use crate::error::Error;
    use std::fs::{Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    impl TrustedUsers {
        pub(crate) fn check(self, _: &Path, _: &Metadata) -> Result<(), Error> {
            Ok(())
        }

        pub(crate) fn check_outermost(self, _: &Path, _: &Metadata) -> Result<(), Error> {
            Ok(())
        }

        pub(crate) fn check_owner(self, _: &Path, _: &Metadata) -> Result<(), Error> {
            Ok(())
        }

        pub(crate) fn make_folder(self, path: &Path) -> io::Result<()> {
            std::fs::create_dir_all(path)
        }

        pub(crate) fn new_file(self) -> OpenOptions {
            let mut options = OpenOptions::new();
            options.create(true);
            options
        }

        pub(crate) fn temporary_file(self, folder: &Path) -> io::Result<tempfile::NamedTempFile> {
            tempfile::Builder::new().tempfile_in(folder)
        }

        pub(crate) fn close(self, _: &Path) -> io::Result<()> {
            Ok(())
        }
    }
}
