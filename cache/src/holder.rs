//! The process that holds a lock.

use std::fs::File;

/// The process that has locked a file, in words. Where the system doesn't tell, such as of a process on
/// another machine or in another container, it is another process.
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
        // One that is gone has left the lock to another.
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        // By a signal, or by a debugger.
        let is_stopped = state.is_some_and(|state| matches!(state.trim().chars().next(), Some('T' | 't')));
        Some(format!("process {process}{}", if is_stopped { " (stopped)" } else { "" }))
    }

    /// The process that holds the file of this device and number. A line is
    /// `1: FLOCK ADVISORY WRITE 708 00:13:14568 0 EOF`; one with an arrow behind its number waits.
    pub(super) fn owner(locks: &str, (device, inode): (u64, u64)) -> Option<u32> {
        let file = format!("{:02x}:{:02x}:{inode}", device >> 32, device & 0xffff_ffff);
        locks.lines().find_map(|line| {
            let fields: Vec<_> = line.split_ascii_whitespace().collect();
            let [_, "FLOCK", _, _, process, found, ..] = fields[..] else { return None };
            // A process of another container has no number here.
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

    /// On a file system that has the same number in the list as files have: some have another.
    #[allow(clippy::print_stdout, reason = "what can't run says so")]
    #[test]
    fn who_holds_it_is_told() {
        let (Ok(file), Ok(_)) = (tempfile::tempfile_in("/dev/shm"), File::open("/proc/locks")) else {
            println!("not run: there is no /dev/shm, or no /proc/locks");
            return;
        };
        assert_eq!(holder(&file), "another process");
        file.lock().unwrap();
        assert_eq!(holder(&file), format!("process {}", std::process::id()));
    }

    #[test]
    fn the_systems_list_is_read() {
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
