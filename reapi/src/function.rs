//! The functions by which a farm names contents.

use crate::capabilities::proto::{Digest, digest_function};
use sha2::{Digest as _, Sha256};

/// A function by which a farm names contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// SHA-256.
    Sha256,
    /// BLAKE3, with 256 bits.
    Blake3,
}

impl Function {
    /// The best of those that a farm has, by their numbers in the protocol.
    pub(crate) fn best(offered: &[i32]) -> Option<Function> {
        [Function::Blake3, Function::Sha256].into_iter().find(|it| offered.contains(&it.number()))
    }

    /// The number of the protocol.
    pub(crate) fn number(self) -> i32 {
        match self {
            Function::Sha256 => digest_function::Value::Sha256 as i32,
            Function::Blake3 => digest_function::Value::Blake3 as i32,
        }
    }

    /// The part of the names of streams; empty for the functions that the protocol began with.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Function::Sha256 => "",
            Function::Blake3 => "blake3/",
        }
    }

    /// The digest of a content.
    pub(crate) fn digest(self, content: &[u8]) -> Digest {
        let hash = match self {
            Function::Sha256 => hex(&Sha256::digest(content)),
            Function::Blake3 => blake3::hash(content).to_hex().to_string(),
        };
        Digest { hash, size_bytes: content.len() as i64 }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_functions() {
        let sha = Function::Sha256.digest(b"abc");
        assert_eq!(sha.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let blake = Function::Blake3.digest(b"");
        assert_eq!(blake.hash, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
        assert_eq!((sha.size_bytes, blake.size_bytes), (3, 0));
    }

    #[test]
    fn the_faster_one_is_taken_where_there_is_a_choice() {
        assert_eq!(Function::best(&[2, 1, 9]), Some(Function::Blake3));
        assert_eq!(Function::best(&[2, 1]), Some(Function::Sha256));
        assert_eq!(Function::best(&[2, 3]), None);
    }
}
