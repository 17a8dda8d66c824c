//! BLAKE3 digests.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

/// From here on several threads are worth their while: BLAKE3's documentation of `update_rayon` names
/// 128 KiB as the least, where nothing else is to do.
const PARALLEL_BYTES: u64 = 1 << 20;

/// A BLAKE3 digest. Its text form is hexadecimal, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(blake3::hash(bytes).into())
    }

    /// The digest of a file, which is mapped for that.
    ///
    /// # Errors
    ///
    /// Where the file can't be read. One that another program shortens meanwhile can end the
    /// process, as with every mapped file.
    pub fn of_file(path: &Path) -> io::Result<Digest> {
        Ok(Digest(blake3::Hasher::new().update_mmap(path)?.finalize().into()))
    }

    /// The same by several threads, where the file is large enough for that. The thread that asks
    /// may be given other work of its pool meanwhile, so it must hold nothing that others wait for.
    ///
    /// # Errors
    ///
    /// As [`Digest::of_file`].
    pub fn of_large_file(path: &Path) -> io::Result<Digest> {
        if path.metadata()?.len() < PARALLEL_BYTES {
            return Digest::of_file(path);
        }
        Ok(Digest(blake3::Hasher::new().update_mmap_rayon(path)?.finalize().into()))
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
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
