//! The identity of a file: whether it is the one that was read before, and unchanged.

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The coarsest time stamps of the file systems in use: those of FAT are even seconds.
const GRANULE: Duration = Duration::from_secs(2);

/// The identity of a file: it differs from that of other files, and from that of the same file before a change. Taking
/// it doesn't read the file. Times are in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified_ns: i64,
    changed_ns: i64,
    /// `None` if the system names no mount, or if the kernel didn't set the change time itself.
    pub(crate) mount: Option<Mount>,
}

/// A mount of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Mount {
    id: u64,
    /// The number isn't used again before the next boot.
    unique: bool,
}

impl Identity {
    /// The identity of the regular file at a path; `None` if there is no such file. It is also `None` on systems that
    /// have no identities, where every file is read each time.
    pub fn at(path: &Path) -> Option<Identity> {
        system::at(path)
    }

    /// Like [`Identity::at`], but `None` for a symbolic link.
    pub(crate) fn at_no_link(path: &Path) -> Option<Identity> {
        system::at_no_link(path)
    }

    /// Like [`Identity::at`], of an open file.
    pub fn of(file: &File) -> Option<Identity> {
        system::of(file)
    }

    /// The file's device and inode, which all its names have in common.
    pub fn number(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The file's size, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns true if the content that was read at `read_ns` is that of this identity for certain. If the file changed
    /// shortly before it was read, it may have changed once more within one tick of the file system's clock, with the
    /// same identity. Git calls such an entry racily clean.
    pub(crate) fn settled(&self, read_ns: i64) -> bool {
        let granule = GRANULE.as_nanos() as i64;
        self.modified_ns.max(self.changed_ns).saturating_add(granule) < read_ns
    }
}

/// The nanoseconds since 1970; 0 for an earlier time.
pub(crate) fn unix_ns(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(i64::MAX)
}

#[cfg(target_os = "linux")]
mod system {
    use super::{Identity, Mount};
    use rustix::fd::AsFd;
    use rustix::fs::{AtFlags, CWD, FileType, Statx, StatxFlags, StatxTimestamp, statx};
    use std::fs::File;
    use std::path::Path;

    /// Linux 6.8 has this flag. Older kernels give the number that `/proc` shows, which can be used again.
    const MNT_ID_UNIQUE: StatxFlags = StatxFlags::from_bits_retain(0x4000);

    pub(super) fn at(path: &Path) -> Option<Identity> {
        from(&statx(CWD, path, AtFlags::empty(), wanted()).ok()?)
    }

    pub(super) fn at_no_link(path: &Path) -> Option<Identity> {
        from(&statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, wanted()).ok()?)
    }

    pub(super) fn of(file: &File) -> Option<Identity> {
        from(&statx(file.as_fd(), c"", AtFlags::EMPTY_PATH, wanted()).ok()?)
    }

    fn wanted() -> StatxFlags {
        StatxFlags::BASIC_STATS | StatxFlags::BTIME | MNT_ID_UNIQUE
    }

    fn from(found: &Statx) -> Option<Identity> {
        let has = |what: StatxFlags| found.stx_mask & what.bits() != 0;
        (FileType::from_raw_mode(found.stx_mode.into()) == FileType::RegularFile).then_some(())?;
        let changed_ns = nanoseconds(found.stx_ctime)?;
        // A kernel never sets a change time before the file's birth. A file system that reports one takes the time from
        // elsewhere, such as from the modification time, which any user can set.
        let own = !has(StatxFlags::BTIME) || nanoseconds(found.stx_btime)? <= changed_ns;
        let mount = Mount { id: found.stx_mnt_id, unique: has(MNT_ID_UNIQUE) };
        Some(Identity {
            device: u64::from(found.stx_dev_major) << 32 | u64::from(found.stx_dev_minor),
            inode: found.stx_ino,
            size: found.stx_size,
            modified_ns: nanoseconds(found.stx_mtime)?,
            changed_ns,
            mount: (own && has(MNT_ID_UNIQUE | StatxFlags::MNT_ID)).then_some(mount),
        })
    }

    fn nanoseconds(time: StatxTimestamp) -> Option<i64> {
        time.tv_sec.checked_mul(1_000_000_000)?.checked_add(time.tv_nsec.into())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// The `statx` result of a new file, as by a kernel that reports mounts: those before 5.8 don't.
        fn found() -> Statx {
            let file = tempfile::tempfile().unwrap();
            let mut told = statx(file.as_fd(), c"", AtFlags::EMPTY_PATH, wanted()).unwrap();
            told.stx_mask |= StatxFlags::MNT_ID.bits();
            told
        }

        /// A kernel needn't report more than was requested.
        #[test]
        fn all_fields_in_use_are_requested() {
            assert!(wanted().contains(StatxFlags::BASIC_STATS));
            assert!(wanted().contains(StatxFlags::BTIME));
            assert!(wanted().contains(MNT_ID_UNIQUE));
        }

        #[test]
        fn a_change_time_before_birth_is_not_believed() {
            let mut told = found();
            assert!(from(&told).unwrap().mount.is_some());
            // Any user can set this one.
            told.stx_mtime.tv_sec = 1_000_000_000;
            assert!(from(&told).unwrap().mount.is_some());
            told.stx_mask |= StatxFlags::BTIME.bits();
            told.stx_btime = told.stx_ctime;
            assert!(from(&told).unwrap().mount.is_some());
            told.stx_ctime = told.stx_mtime;
            assert!(from(&told).unwrap().mount.is_none());
            // A file system that reports no birth time.
            told.stx_mask &= !StatxFlags::BTIME.bits();
            assert!(from(&told).unwrap().mount.is_some());
        }

        #[test]
        fn unique_and_reusable_mount_numbers_differ() {
            let mut told = found();
            told.stx_mask |= MNT_ID_UNIQUE.bits();
            let unique = from(&told).unwrap().mount.unwrap();
            told.stx_mask &= !MNT_ID_UNIQUE.bits();
            told.stx_mask |= StatxFlags::MNT_ID.bits();
            let reused = from(&told).unwrap().mount.unwrap();
            assert_eq!(
                (unique.id, unique.unique, reused.id, reused.unique),
                (told.stx_mnt_id, true, told.stx_mnt_id, false)
            );
            // A kernel that reports neither.
            told.stx_mask &= !StatxFlags::MNT_ID.bits();
            assert!(from(&told).unwrap().mount.is_none());
        }

        #[test]
        fn devices_keep_major_and_minor_numbers() {
            let mut told = found();
            (told.stx_dev_major, told.stx_dev_minor, told.stx_ino) = (1, 2, 3);
            assert_eq!(from(&told).unwrap().number(), (0x1_0000_0002, 3));
        }

        #[test]
        fn times_are_in_nanoseconds() {
            let mut told = found();
            (told.stx_mtime.tv_sec, told.stx_mtime.tv_nsec) = (-2, 5);
            assert_eq!(from(&told).unwrap().modified_ns, -1_999_999_995);
            told.stx_mtime.tv_sec = i64::MAX;
            assert!(from(&told).is_none());
        }
    }
}

/// On other Unix systems a file has a number, but no mount: it is read each time.
#[cfg(all(unix, not(target_os = "linux")))]
mod system {
    use super::Identity;
    use std::fs::{File, Metadata};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    pub(super) fn at(path: &Path) -> Option<Identity> {
        from(&path.metadata().ok()?)
    }

    pub(super) fn at_no_link(path: &Path) -> Option<Identity> {
        from(&path.symlink_metadata().ok()?)
    }

    pub(super) fn of(file: &File) -> Option<Identity> {
        from(&file.metadata().ok()?)
    }

    fn from(metadata: &Metadata) -> Option<Identity> {
        let nanoseconds = |s: i64, ns: i64| s.checked_mul(1_000_000_000)?.checked_add(ns);
        metadata.is_file().then_some(())?;
        Some(Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec())?,
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec())?,
            mount: None,
        })
    }
}

#[cfg(not(unix))]
mod system {
    use super::Identity;
    use std::fs::File;
    use std::path::Path;

    pub(super) fn at(_: &Path) -> Option<Identity> {
        None
    }

    pub(super) fn at_no_link(_: &Path) -> Option<Identity> {
        None
    }

    pub(super) fn of(_: &File) -> Option<Identity> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_change_is_seen() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let of = |file: &tempfile::NamedTempFile| Identity::of(file.as_file()).unwrap();
        let empty = of(&file);
        assert_eq!(of(&file), empty);
        assert_eq!(Identity::at(file.path()), Some(empty));
        file.write_all(b"a").unwrap();
        let written = of(&file);
        assert_ne!(written, empty);
        assert_eq!((written.number(), written.size()), (empty.number(), 1));
        assert!(Identity::at(Path::new("/")).is_none());
        assert!(Identity::at(Path::new("/dev/null")).is_none());
    }

    #[test]
    fn files_have_numbers_of_their_own() {
        let [a, b] = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
        let number = |path: &Path| Identity::at(path).unwrap().number();
        assert_ne!(number(a.path()), number(b.path()));
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(a.path(), &link).unwrap();
        assert_eq!(number(&link), number(a.path()));
    }

    #[test]
    fn files_that_were_just_written_are_not_settled() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let identity = Identity::of(file.as_file()).unwrap();
        let changed_ns = identity.changed_ns;
        let s = 1_000_000_000;
        for (read_ns, settled) in [
            (changed_ns, false),
            (changed_ns + s, false),
            (changed_ns + 2 * s, false),
            (changed_ns + 2 * s + 1, true),
            // The clock was set back: the file was read before it was written.
            (changed_ns - 3 * s, false),
        ] {
            assert_eq!(identity.settled(read_ns), settled, "{}", read_ns - changed_ns);
        }
        // The later of both times counts.
        let future = Identity { modified_ns: changed_ns + 10 * s, ..identity };
        assert!(!future.settled(changed_ns + 3 * s));
    }

    #[test]
    fn time_is_counted_from_1970() {
        assert_eq!(unix_ns(UNIX_EPOCH + Duration::from_millis(1500)), 1_500_000_000);
        assert_eq!(unix_ns(UNIX_EPOCH - Duration::from_secs(1)), 0);
    }
}
