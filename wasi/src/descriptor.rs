//! An open descriptor of a guest.

use crate::errno::Errno;
use crate::stream::Output;
use std::fs::File;

/// An open descriptor of a guest.
pub(crate) enum Descriptor {
    Stdin,
    Output(Output),
    Directory(Directory),
    File(OpenFile),
}

/// An open folder.
pub(crate) struct Directory {
    pub(crate) handle: File,
    /// The guest may change what is in it, as in all folders that are opened through it.
    pub(crate) is_writable: bool,
    /// It was opened for reading.
    pub(crate) is_read: bool,
    /// The guest's path of a folder that it has from the beginning.
    pub(crate) preopened: Option<String>,
}

/// An open file.
pub(crate) struct OpenFile {
    pub(crate) handle: File,
    /// The folder through which it was opened is writable.
    pub(crate) is_writable: bool,
    /// It was opened for reading.
    pub(crate) is_read: bool,
    /// It was opened for writing.
    pub(crate) is_written: bool,
    /// The offset of the next read or write.
    pub(crate) position: u64,
    /// All writes go to its end.
    pub(crate) appends: bool,
    /// A flag for the guest alone: files never block for long.
    pub(crate) is_nonblocking: bool,
}

impl Directory {
    /// Returns EPERM if the guest may not change what is in it.
    pub(crate) fn writable(&self) -> Result<&File, Errno> {
        if self.is_writable { Ok(&self.handle) } else { Err(Errno::PERM) }
    }
}
