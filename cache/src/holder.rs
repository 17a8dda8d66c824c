//! The process that holds a lock.

use std::fs::File;

/// The process that has locked a file, as text: `process 708`. It is `another process` if the system doesn't tell, as
/// for a process on another machine or in another container.
pub(crate) fn holder(file: &File) -> String {
    system::holder(file).unwrap_or_else(|| "another process".into())
}

#[cfg(target_os = "linux")]
mod system {
    use crate::identity::Identity;
    use std::fs::File;

    pub(super) fn holder(file: &File) -> Option<String> {
        let locks = std::fs::read_to_string("/proc/locks").ok()?;
        let process = owner(&locks, Identity::of(file)?.number())?;
        // If the process has ended, another holds the lock now.
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        // `T` by a signal, `t` by a debugger.
        let is_stopped = state.is_some_and(|state| matches!(state.trim().chars().next(), Some('T' | 't')));
        Some(format!("process {process}{}", if is_stopped { " (stopped)" } else { "" }))
    }

    /// The process that has locked the file with this device and inode. A line is
    /// `1: FLOCK ADVISORY WRITE 708 00:13:14568 0 EOF`. A line with an arrow after its number is of a waiting process.
    pub(super) fn owner(locks: &str, (device, inode): (u64, u64)) -> Option<u32> {
        let file = format!("{:02x}:{:02x}:{inode}", device >> 32, device & 0xffff_ffff);
        locks.lines().find_map(|line| {
            let fields: Vec<_> = line.split_ascii_whitespace().collect();
            let [_, "FLOCK", _, _, process, found, ..] = fields[..] else { return None };
            // The number is 0 for a process of another container.
            process.parse().ok().filter(|process| found == file && *process != 0)
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;

    pub(super) fn holder(_: &File) -> Option<String> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The file system must have the same number in the list as its files have. On some it differs.
    #[allow(clippy::print_stdout, reason = "a skipped test says so")]
    #[test]
    fn the_holder_of_a_lock_is_named() {
        let (Ok(file), Ok(_)) = (tempfile::tempfile_in("/dev/shm"), File::open("/proc/locks")) else {
            println!("not run: there is no /dev/shm, or no /proc/locks");
            return;
        };
        assert_eq!(holder(&file), "another process");
        file.lock().unwrap();
        assert_eq!(holder(&file), format!("process {}", std::process::id()));
    }

    #[test]
    fn the_list_of_locks_is_read() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 fe:00:7 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 12 fe:01:7 0 EOF\n\
                     3: FLOCK  ADVISORY  READ  13 fe:00:77 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE 14 fe:00:7 0 EOF\n\
                     4: -> FLOCK  ADVISORY  WRITE 15 fe:00:7 0 EOF\n\
                     5: FLOCK  ADVISORY  WRITE 0 00:0b:9 0 EOF\n";
        let owner = |device, inode| system::owner(locks, (device, inode));
        assert_eq!(owner(0xfe << 32, 7), Some(14));
        assert_eq!(owner(0xfe << 32 | 1, 7), Some(12));
        assert_eq!(owner(0xfe << 32, 77), Some(13));
        assert_eq!(owner(0x0b, 9), None);
        assert_eq!(owner(0xfe << 32, 8), None);
    }
}
