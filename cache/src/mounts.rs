//! The file systems on which the identities of files are believed.

use crate::identity::{Identity, Mount};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The mounts that files were found on, each examined once.
///
/// Device, inode, size and times detect a change only if no change can leave all of them the same. Any user can set the
/// modification time. The change time is set by the kernel, but not on every file system: with FUSE and network file
/// systems, a server chooses it. And if another file system is mounted in a file system's place, its device and its
/// files' inodes may be the same.
#[derive(Debug, Default)]
pub(crate) struct Mounts {
    believed: Mutex<HashMap<Mount, Option<u64>>>,
    boot: OnceLock<Option<String>>,
}

impl Mounts {
    /// The number of the file system of the file that was at this path when its identity was taken. `None` if the
    /// identity is not believed, so that the file must be read.
    pub(crate) fn believed(&self, path: &Path, identity: &Identity) -> Option<u64> {
        let mount = identity.mount?;
        // Mounts are numbered anew at each boot.
        self.boot()?;
        if let Some(known) = self.believed.lock().unwrap_or_else(PoisonError::into_inner).get(&mount) {
            return *known;
        }
        let (there, number) = system::look(path)?;
        // Another file system may have been mounted there since.
        (there == mount).then_some(())?;
        self.believed.lock().unwrap_or_else(PoisonError::into_inner).insert(mount, number);
        number
    }

    /// The identifier of the current boot; `None` if the system has none.
    pub(crate) fn boot(&self) -> Option<&str> {
        self.boot.get_or_init(system::boot).as_deref()
    }
}

#[cfg(target_os = "linux")]
mod system {
    use crate::identity::{Identity, Mount};
    use rustix::fs::{Mode, OFlags, fstatfs, fstatvfs, open};
    use std::fs::File;
    use std::path::Path;

    /// The file systems on which the kernel itself sets change times, by the type that `statfs` reports.
    ///
    /// Overlayfs reports the times of the file systems below it. A writable one must be local, and the lower ones may
    /// not be changed while the overlay is mounted.
    const KEEP_CHANGE_TIMES: [(u32, &str); 10] = [
        (0xef53, "ext2, ext3, ext4"),
        (0x5846_5342, "xfs"),
        (0x9123_683e, "btrfs"),
        (0x0102_1994, "tmpfs"),
        (0x8584_58f6, "ramfs"),
        (0x2fc1_2fc1, "zfs"),
        (0xf2f5_2010, "f2fs"),
        (0xca45_1a4e, "bcachefs"),
        (0x7366_746e, "ntfs, by the kernel's own driver"),
        (0x794c_7630, "overlayfs"),
    ];

    /// The mount of the file at a path, and the number of its file system if that sets change times itself.
    pub(super) fn look(path: &Path) -> Option<(Mount, Option<u64>)> {
        let file = File::from(open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?);
        let mount = Identity::of(&file)?.mount?;
        let kind = fstatfs(&file).ok()?.f_type as u32;
        let keeps = KEEP_CHANGE_TIMES.iter().any(|(known, _)| *known == kind);
        let number = if keeps { Some(fstatvfs(&file).ok()?.f_fsid) } else { None };
        Some((mount, number))
    }

    pub(super) fn boot() -> Option<String> {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()
    }
}

/// On other systems files are read each time.
#[cfg(not(target_os = "linux"))]
mod system {
    use crate::identity::Mount;
    use std::path::Path;

    pub(super) fn look(_: &Path) -> Option<(Mount, Option<u64>)> {
        None
    }

    pub(super) fn boot() -> Option<String> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// A file on a file system of the list, if a folder for temporary files is on one and the kernel reports mounts.
    #[allow(clippy::print_stdout, reason = "a skipped test says so")]
    fn known() -> Option<(tempfile::NamedTempFile, Identity)> {
        for folder in [&*std::env::temp_dir(), Path::new("/dev/shm")] {
            let Ok(file) = tempfile::NamedTempFile::new_in(folder) else { continue };
            if let (Some((_, Some(_))), Some(identity)) =
                (system::look(file.path()), Identity::at(file.path()))
            {
                return Some((file, identity));
            }
        }
        println!("not run: no folder for temporary files is on a file system that is known");
        None
    }

    #[test]
    fn files_of_proc_are_not_believed() {
        let Some(_) = known() else { return };
        let mounts = Mounts::default();
        let path = Path::new("/proc/version");
        let identity = Identity::at(path).unwrap();
        assert!(identity.mount.is_some());
        for _ in 0..2 {
            assert_eq!(mounts.believed(path, &identity), None);
        }
        assert_eq!(mounts.believed.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_mount_is_examined_once() {
        let Some((file, identity)) = known() else { return };
        let mounts = Mounts::default();
        let number = mounts.believed(file.path(), &identity);
        assert!(number.is_some());
        assert_eq!(mounts.believed(Path::new("nowhere"), &identity), number);
        let mut unknown = identity;
        unknown.mount = None;
        assert_eq!(mounts.believed(file.path(), &unknown), None);
    }

    /// Opening a pipe for reading would wait for a writer.
    #[test]
    fn examining_a_pipe_does_not_wait() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(system::look(&pipe), None);
    }

    /// The file at the path is on another mount than the file whose identity was taken.
    #[test]
    fn a_mount_is_not_judged_by_another() {
        let Some((file, identity)) = known() else { return };
        let mounts = Mounts::default();
        assert_eq!(mounts.believed(Path::new("/proc/version"), &identity), None);
        assert!(mounts.believed(file.path(), &identity).is_some());
    }
}
