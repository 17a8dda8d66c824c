//! Files that others may write to while they are read.

use std::fs::File;
use std::io::{self, Read, Take};

/// A file as far as it goes now, and how many bytes that are: one that grows as fast as it is read would have no end.
/// One that says that it is empty, as files of the kernel's do, is read as far as it goes.
///
/// # Errors
///
/// Where the system doesn't tell.
pub fn bounded(file: File) -> io::Result<(Take<File>, u64)> {
    let bytes = file.metadata()?.len();
    Ok((file.take(if bytes == 0 { u64::MAX } else { bytes }), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_is_added_is_not_read() {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(b"before").unwrap();
        let (mut file, bytes) = bounded(written.reopen().unwrap()).unwrap();
        written.write_all(b", and after").unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert_eq!((&*read, bytes), ("before", 6));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_hides_its_size_is_read() {
        let (mut file, bytes) = bounded(File::open("/proc/self/status").unwrap()).unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert!(bytes == 0 && read.contains("VmRSS"), "{read}");
    }
}
