//! The identity of a file, by which a replacement is noticed.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The identity of a file: a file that is written to, or that another one is renamed over, gets another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    /// The time of the last change, in seconds and nanoseconds.
    changed: (i64, i64),
}

impl Identity {
    /// The identity of the file that has this path now, if there is one.
    pub(super) fn of(path: &Path) -> Option<Identity> {
        let metadata = path.metadata().ok()?;
        Some(Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}
