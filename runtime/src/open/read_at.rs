//! Reading a file at an offset.

use std::fs::File;
use std::io;

/// Reads from an offset, as much as the system gives at once.
#[cfg(not(windows))]
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

/// Reads from an offset, as much as the system gives at once. The file is then read on from behind it.
#[cfg(windows)]
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}
