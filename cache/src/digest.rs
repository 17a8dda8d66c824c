//! BLAKE3 digests.

use crate::bounded::bounded;
use crate::open_regular::open_regular;
use blake3::Hasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

/// The size of the parts that are read and hashed: they fit the processor's caches. Larger parts, read by one thread while
/// others hash, took longer: their memory is new to the process.
const PART_BYTES: usize = 64 << 10;

/// A BLAKE3 digest. Its text form is hexadecimal, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(blake3::hash(bytes).into())
    }

    /// The digest of a file. The file is read in parts and not mapped: if another program shortened a mapped file, the
    /// process would end.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn of_file(path: &Path) -> io::Result<Digest> {
        Digest::of_rest(&mut bounded(open_regular(path, true, false)?)?.0)
    }

    /// The digest of an open file from its current position.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn of_rest(file: &mut impl Read) -> io::Result<Digest> {
        let mut hasher = Hasher::new();
        let mut part = [0; PART_BYTES];
        loop {
            match fill(file, &mut part)? {
                0 => return Ok(hasher.finalize().into()),
                length => hasher.update(&part[..length]),
            };
        }
    }

    /// The digest's 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
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

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Digest {
        Digest(hash.into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = blake3::HexError;

    fn from_str(text: &str) -> Result<Digest, blake3::HexError> {
        Ok(Digest(blake3::Hash::from_hex(text)?.into()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(self),
            false => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        match deserializer.is_human_readable() {
            true => String::deserialize(deserializer)?.parse().map_err(de::Error::custom),
            false => Ok(Digest(<[u8; 32]>::deserialize(deserializer)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_text_for_people_and_bytes_for_programs() {
        let digest = Digest::of(b"");
        let text = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!((digest.to_string().as_str(), format!("{digest:?}").as_str()), (text, text));
        assert_eq!(text.parse::<Digest>().unwrap(), digest);
        assert_eq!(serde_json::to_string(&digest).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Digest>(&format!("\"{text}\"")).unwrap(), digest);
        assert_eq!(postcard::to_stdvec(&digest).unwrap(), digest.bytes());
        assert_eq!(postcard::from_bytes::<Digest>(digest.bytes()), Ok(digest));
        assert_eq!(Digest::from(*digest.bytes()), digest);
    }

    #[test]
    fn files_of_any_size_have_the_digest_of_their_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..3 * PART_BYTES + 7).map(|at| (at % 251) as u8).collect();
        for size in [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, bytes.len()] {
            std::fs::write(file.path(), &bytes[..size]).unwrap();
            let expected = Digest::of(&bytes[..size]);
            assert_eq!(Digest::of_file(file.path()).unwrap(), expected, "{size}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_pipe_in_place_of_a_file_is_refused_without_waiting() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        let (done, waiting) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _ = done.send(Digest::of_file(&pipe).is_err());
        });
        assert_eq!(waiting.recv_timeout(std::time::Duration::from_secs(10)), Ok(true));
    }
}
