//! Whether a file is the one that was read before.

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;
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
    /// `None` where the system names none, or the change time is none of its own making.
    pub(crate) mount: Option<Mount>,
}

/// Where in the tree of folders a file system is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Mount {
    id: u64,
    /// The number is given out once only, as long as the system runs.
    unique: bool,
}

impl Identity {
    /// The identity of the regular file at a path. `None` where there is none, and on systems that
    /// don't tell one, where every file is read each time.
    pub fn at(path: &Path) -> Option<Identity> {
        system::at(path)
    }

    /// The identity of the regular file at a path that is no link, in the same way.
    pub(crate) fn at_no_link(path: &Path) -> Option<Identity> {
        system::at_no_link(path)
    }

    /// The identity of an open file, in the same way.
    pub fn of(file: &File) -> Option<Identity> {
        system::of(file)
    }

    /// What all names of the file have in common: its device, and its number there.
    pub fn number(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The file's size, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The test that what was read at that time is what a file of this identity holds. If it changed at
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

#[cfg(target_os = "linux")]
mod system {
    use super::{Identity, Mount};
    use rustix::fd::AsFd;
    use rustix::fs::{AtFlags, CWD, FileType, Statx, StatxFlags, StatxTimestamp, statx};
    use std::fs::File;
    use std::path::Path;

    /// Of Linux 6.8. Older kernels give the number that `/proc` shows, which is given out again.
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
        // A kernel doesn't stamp a change before the file was made. Who does takes the time from
        // elsewhere, such as from the last modification, which anybody may set.
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

        /// What a new file is said to be, where the kernel tells of mounts: those before 5.8 don't.
        fn found() -> Statx {
            let file = tempfile::tempfile().unwrap();
            let mut told = statx(file.as_fd(), c"", AtFlags::EMPTY_PATH, wanted()).unwrap();
            told.stx_mask |= StatxFlags::MNT_ID.bits();
            told
        }

        /// A kernel needn't tell more than it is asked for.
        #[test]
        fn all_that_is_looked_at_is_asked_for() {
            assert!(wanted().contains(StatxFlags::BASIC_STATS));
            assert!(wanted().contains(StatxFlags::BTIME));
            assert!(wanted().contains(MNT_ID_UNIQUE));
        }

        #[test]
        fn a_change_before_the_file_was_made_is_none_of_the_kernels() {
            let mut told = found();
            assert!(from(&told).unwrap().mount.is_some());
            // Anybody may set this one.
            told.stx_mtime.tv_sec = 1_000_000_000;
            assert!(from(&told).unwrap().mount.is_some());
            told.stx_mask |= StatxFlags::BTIME.bits();
            told.stx_btime = told.stx_ctime;
            assert!(from(&told).unwrap().mount.is_some());
            told.stx_ctime = told.stx_mtime;
            assert!(from(&told).unwrap().mount.is_none());
            // A file system that doesn't tell when it was made.
            told.stx_mask &= !StatxFlags::BTIME.bits();
            assert!(from(&told).unwrap().mount.is_some());
        }

        #[test]
        fn a_number_that_is_given_out_again_is_another() {
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
            // A kernel that knows neither.
            told.stx_mask &= !StatxFlags::MNT_ID.bits();
            assert!(from(&told).unwrap().mount.is_none());
        }

        #[test]
        fn the_parts_of_a_device_stay_apart() {
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

/// Elsewhere a file has a number, but no mount: it is read each time.
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
    fn what_was_just_written_is_not_trusted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let identity = Identity::of(file.as_file()).unwrap();
        let changed_ns = identity.changed_ns;
        let s = 1_000_000_000;
        for (read_ns, settled) in [
            (changed_ns, false),
            (changed_ns + s, false),
            (changed_ns + 2 * s, false),
            (changed_ns + 2 * s + 1, true),
            // Set back, the clock says that it was read before it was written.
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
