//! Slices of fat artifacts in files: read where they are, without the rest of the file.

use super::private_copy::PrivateCopy;
use super::read_at::read_at;
use crate::open_error::OpenError;
use crate::runtime::Runtime;
use precompile_artifact::fat::{Chosen, is_fat};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The bytes by which a fat artifact is recognised.
const START_BYTES: usize = 140;

impl Runtime {
    /// The slice of a fat artifact in a file that fits this host best; `None` of another file, and of one that can't be
    /// read at an offset, such as a pipe.
    ///
    /// # Errors
    ///
    /// If the index can't be read, or no slice fits.
    pub(super) fn slice_in_file(&self, path: &Path, file: &File) -> Result<Option<Chosen>, OpenError> {
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let mut start = [0; START_BYTES];
        let is_fat = read_exact_at(file, &mut start, 0).is_ok() && is_fat(&start);
        #[cfg(windows)]
        {
            // Reading at an offset moves the place at which the file is read next.
            use std::io::Seek;
            let _ = { file }.rewind();
        }
        if !is_fat {
            return Ok(None);
        }
        let file_bytes = file.metadata().map_err(refuse)?.len();
        let read = |buffer: &mut [u8], offset| read_exact_at(file, buffer, offset).map_err(refuse);
        self.slice_of(&read, file_bytes).map(Some)
    }
}

/// A private copy of the chosen slice in a file.
pub(super) fn copy_from_file(chosen: &Chosen, file: &File) -> io::Result<PrivateCopy> {
    PrivateCopy::of_extents(file, &chosen.slice().extents)
}

/// A private copy of the chosen slice in the bytes of its fat artifact.
pub(super) fn copy_from(chosen: &Chosen, fat: &[u8]) -> io::Result<PrivateCopy> {
    let slice = chosen.slice().bytes_in(fat);
    let mut rest = &*slice;
    PrivateCopy::of(&mut |buffer| rest.read(buffer))
}

/// Fills a buffer from an offset.
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, offset) {
            // It became shorter meanwhile.
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => {
                buffer = &mut buffer[bytes..];
                offset += bytes as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
