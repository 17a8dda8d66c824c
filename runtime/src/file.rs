//! Reading an artifact's trailer from a file, without the image in front of it.

use crate::open::OpenError;
use precompile_artifact::trailer::{self, ELF_HEADER_BYTES, ReadError, Trailer};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// More than any manifest needs: the reader need not believe a file that claims otherwise.
const MAX_TRAILER_BYTES: u64 = 64 << 20;

/// A file whose trailer was read.
pub(crate) struct ArtifactFile {
    /// The open file.
    pub(crate) file: File,
    /// Its trailer, the digest unchecked.
    pub(crate) trailer: Trailer,
}

impl ArtifactFile {
    /// Opens a file and reads its trailer.
    pub(crate) fn open(path: &Path) -> Result<ArtifactFile, OpenError> {
        let io = |source| OpenError::Io { path: path.into(), source };
        let mut file = open_to_map(path).map_err(io)?;
        let file_bytes = file.metadata().map_err(io)?.len();
        let mut header = Vec::new();
        (&mut file).take(ELF_HEADER_BYTES as u64).read_to_end(&mut header).map_err(io)?;
        let image = trailer::image(&header)?;
        let Some(trailer_bytes) = file_bytes.checked_sub(image.bytes) else {
            return Err(ReadError::Truncated { part: "the image", part_end: image.bytes, file_bytes }.into());
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(image.bytes)).map_err(io)?;
        (&mut file).take(trailer_bytes.min(MAX_TRAILER_BYTES)).read_to_end(&mut bytes).map_err(io)?;
        let trailer = Trailer::parse(image, &bytes)?;
        Ok(ArtifactFile { file, trailer })
    }

    /// Reads all that the digest covers, and compares.
    pub(crate) fn check_digest(&mut self, path: &Path) -> Result<(), OpenError> {
        let io = |source| OpenError::Io { path: path.into(), source };
        let mut hasher = precompile_artifact::blake3::Hasher::new();
        self.file.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut rest = (&mut self.file).take(self.trailer.digest_offset);
        let mut buffer = vec![0; 64 << 10];
        loop {
            match rest.read(&mut buffer) {
                Ok(0) => break,
                Ok(bytes) => hasher.update(&buffer[..bytes]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io(error)),
            };
        }
        Ok(self.trailer.check(&hasher)?)
    }
}

#[cfg(not(windows))]
fn open_to_map(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Windows maps code only from a file that was opened to be executed.
#[cfg(windows)]
fn open_to_map(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_GENERIC_READ: u32 = 0x0012_0089;
    const FILE_GENERIC_EXECUTE: u32 = 0x0012_00a0;
    const FILE_SHARE_READ: u32 = 1;
    std::fs::OpenOptions::new()
        .read(true)
        .access_mode(FILE_GENERIC_READ | FILE_GENERIC_EXECUTE)
        .share_mode(FILE_SHARE_READ)
        .open(path)
}
