//! Copying of files.

#![cfg(unix)]

use crate::parts::{BUFFER_BYTES, each_part};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// The size of a thread's buffer, in bytes. With smaller ones, threads wait longer for each other.
const COPIED_BYTES: usize = 4 * BUFFER_BYTES;

/// Copies the first bytes of a file to the same places of another. The positions of the files don't matter.
///
/// One thread reads while another writes: a file in memory is written by one thread at a time.
///
/// # Errors
///
/// If a file can't be read or written, or the source has fewer bytes. Some may have been written.
pub fn copy_file(from: &File, to: &File, bytes: u64) -> io::Result<()> {
    let copy = |buffer: &mut Vec<u8>, part: Range<u64>| -> io::Result<()> {
        for at in part.clone().step_by(COPIED_BYTES) {
            let buffer = &mut buffer[..(part.end - at).min(COPIED_BYTES as u64) as usize];
            from.read_exact_at(buffer, at)?;
            to.write_all_at(buffer, at)?;
        }
        Ok(())
    };
    each_part(bytes, || vec![0; COPIED_BYTES], copy).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::PART_BYTES;
    use std::io::{Read, Seek, Write};

    #[test]
    fn files_of_any_size_are_copied() {
        let bytes: Vec<u8> = (0..5 * PART_BYTES + 7).map(|at| (at % 251) as u8).collect();
        let mut from = tempfile::tempfile().unwrap();
        from.write_all(&bytes).unwrap();
        for size in [0, 1, BUFFER_BYTES, PART_BYTES as usize, bytes.len()] {
            let mut to = tempfile::tempfile().unwrap();
            copy_file(&from, &to, size as u64).unwrap();
            let mut copied = Vec::new();
            to.rewind().unwrap();
            to.read_to_end(&mut copied).unwrap();
            assert!(copied == bytes[..size], "{size}");
        }
        let to = tempfile::tempfile().unwrap();
        assert_eq!(copy_file(&from, &to, 9 * PART_BYTES).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
