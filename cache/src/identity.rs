//! Whether a file is the one that was read before.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The coarsest time stamps of the file systems in use: FAT counts two seconds.
const GRANULE: Duration = Duration::from_secs(2);

/// What tells a file from others, and from what it was before, without reading it. Times are in
/// nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified_ns: i64,
    changed_ns: i64,
}

impl Identity {
    /// The identity of a regular file. `None` on systems that don't tell one, where every file is
    /// read each time.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds = |s: i64, ns: i64| s.checked_mul(1_000_000_000)?.checked_add(ns);
        metadata.is_file().then_some(())?;
        Some(Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec())?,
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec())?,
        })
    }

    /// The identity of a regular file. `None` on systems that don't tell one, where every file is
    /// read each time.
    #[cfg(not(unix))]
    pub fn of(_: &Metadata) -> Option<Identity> {
        None
    }

    /// What all names of the file have in common: its device, and its number there.
    pub fn number(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The file's size, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether what was read at that time is what a file of this identity holds. If it changed at
    /// about the time when it was read, it may have changed again since, within one tick of the
    /// clock that stamps files, and look the same: git calls such an entry racily clean.
    pub(crate) fn settled(&self, read_ns: i64) -> bool {
        let granule = GRANULE.as_nanos() as i64;
        self.modified_ns.max(self.changed_ns).saturating_add(granule) < read_ns
    }
}

/// Nanoseconds since 1970; 0 before.
pub(crate) fn unix_ns(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(i64::MAX)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_change_is_seen() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let of = |file: &tempfile::NamedTempFile| Identity::of(&file.as_file().metadata().unwrap()).unwrap();
        let empty = of(&file);
        assert_eq!(of(&file), empty);
        file.write_all(b"a").unwrap();
        assert_ne!(of(&file), empty);
        assert!(Identity::of(&std::fs::metadata("/").unwrap()).is_none());
    }

    #[test]
    fn what_was_just_written_is_not_trusted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let identity = Identity::of(&file.as_file().metadata().unwrap()).unwrap();
        assert!(!identity.settled(unix_ns(SystemTime::now())));
        assert!(identity.settled(unix_ns(SystemTime::now()) + 3_000_000_000));
        // Set back, the clock says that it was read before it was written.
        assert!(!identity.settled(unix_ns(SystemTime::now()) - 3_000_000_000));
    }
}
