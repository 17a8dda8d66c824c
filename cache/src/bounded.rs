//! Reading files that other programs may be writing to.

use std::borrow::Borrow;
use std::fs::File;
use std::io::{self, Read, Take};

/// A file up to its current length, and that length in bytes. Without this bound, a file that grows as fast as it is
/// read would have no end. A file of length 0 has no bound, because the kernel's own files (`/proc`) report 0.
///
/// # Errors
///
/// If the file's length can't be read.
pub fn bounded<F: Borrow<File> + Read>(file: F) -> io::Result<(Take<F>, u64)> {
    let bytes = file.borrow().metadata()?.len();
    Ok((file.take(if bytes == 0 { u64::MAX } else { bytes }), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bytes_appended_later_are_not_read() {
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
    fn files_that_report_no_length_are_read() {
        let (mut file, bytes) = bounded(File::open("/proc/self/status").unwrap()).unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert!(bytes == 0 && read.contains("VmRSS"), "{read}");
    }
}
