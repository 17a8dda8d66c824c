//! BLAKE3 of a file, by several threads where it is large.

use crate::bounded::bounded;
use blake3::Hasher;
use precompile_parallel::BUFFER_BYTES;
#[cfg(unix)]
use precompile_parallel::PART_BYTES;
use std::fs::File;
use std::io::{self, Read, Seek};

/// The BLAKE3 hash of an open file, from its start to its current length. The file is read in parts and not mapped: if
/// another program shortened a mapped file, the process would end.
///
/// # Errors
///
/// If the file can't be read.
pub(crate) fn hash_file(mut file: &File) -> io::Result<blake3::Hash> {
    #[cfg(unix)]
    {
        let bytes = file.metadata()?.len();
        if bytes > PART_BYTES {
            return precompile_parallel::hash_file(file, bytes);
        }
    }
    file.rewind()?;
    let (mut file, _) = bounded(file)?;
    let mut hasher = Hasher::new();
    let mut part = [0; BUFFER_BYTES];
    loop {
        match fill(&mut file, &mut part)? {
            0 => return Ok(hasher.finalize()),
            length => hasher.update(&part[..length]),
        };
    }
}

/// Fills a part from a file, and returns its length: less than the part's, or 0, where the file ends.
fn fill(file: &mut impl Read, part: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < part.len() {
        match file.read(&mut part[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_size_have_the_hash_of_their_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        const MIB: usize = 1 << 20;
        let bytes: Vec<u8> = (0..9 * MIB + 7).map(|at| (at % 251) as u8).collect();
        let of_one_thread = [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, MIB];
        let of_several =
            [MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB - 1, 7 * MIB + 1024, 8 * MIB + 1, bytes.len()];
        for size in of_one_thread.into_iter().chain(of_several) {
            std::fs::write(file.path(), &bytes[..size]).unwrap();
            // The position of an open file doesn't matter.
            let mut file = file.reopen().unwrap();
            file.seek(io::SeekFrom::End(0)).unwrap();
            assert_eq!(hash_file(&file).unwrap(), blake3::hash(&bytes[..size]), "{size}");
        }
    }

    /// A reader that gives its errors first, and then nothing.
    struct Failing(Vec<io::ErrorKind>);

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.pop().map_or(Ok(0), |kind| Err(kind.into()))
        }
    }

    #[test]
    fn an_interruption_alone_is_no_failure() {
        let fill = |kind| fill(&mut Failing(vec![kind]), &mut [0; 4]).map_err(|error| error.kind());
        assert_eq!(fill(io::ErrorKind::Interrupted), Ok(0));
        assert_eq!(fill(io::ErrorKind::PermissionDenied), Err(io::ErrorKind::PermissionDenied));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_reports_no_length_is_read() {
        let file = File::open("/proc/self/cmdline").unwrap();
        assert_eq!(hash_file(&file).unwrap(), blake3::hash(&std::fs::read("/proc/self/cmdline").unwrap()));
    }
}
