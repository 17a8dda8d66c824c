//! Signatures of an artifact's statement, as the trailer holds them.

use alloc::vec::Vec;
use core::fmt::{self, Debug, Display, Formatter};

/// The most signatures that an artifact can have. It bounds the time that checking them takes.
pub const MOST_SIGNATURES: usize = 32;
/// The most bytes beside a signature, such as a comment.
pub const MOST_EXTRA_BYTES: usize = 1024;

const ALGORITHM_BYTES: usize = 2;
const KEY_ID_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = 64;
const LENGTH_BYTES: usize = 2;
/// The length of an entry without what stands beside its signature.
const ENTRY_BYTES: usize = ALGORITHM_BYTES + KEY_ID_BYTES + SIGNATURE_BYTES + LENGTH_BYTES;

/// The most bytes of all encoded signatures of an artifact.
pub const MOST_BYTES: u64 = (MOST_SIGNATURES * (ENTRY_BYTES + MOST_EXTRA_BYTES)) as u64;

/// The number of a key pair, by which a signature names its key. Whoever makes a key chooses its number, so that it is a
/// hint and no proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; KEY_ID_BYTES]);

/// Sixteen digits, as minisign shows them: `E7620F1842B4E81F`.
impl Display for KeyId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl Debug for KeyId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// The algorithm of a signature. All of them are Ed25519, and differ in the message that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `Ed`, of signify and older minisign: the statement itself.
    Plain,
    /// `ED`, of minisign: the statement's BLAKE2b-512.
    Prehashed,
    /// `SS`, of OpenSSH: its envelope `SSHSIG` with the namespace [`SSH_NAMESPACE`] around the statement's SHA-512.
    Ssh,
    /// One that this version doesn't know. It is kept, and proves nothing.
    Unknown([u8; ALGORITHM_BYTES]),
}

/// The namespace in which OpenSSH must sign a statement: `ssh-keygen -Y sign -n NAMESPACE`.
pub const SSH_NAMESPACE: &str = "precompile";

impl Algorithm {
    fn of(name: [u8; ALGORITHM_BYTES]) -> Algorithm {
        match &name {
            b"Ed" => Algorithm::Plain,
            b"ED" => Algorithm::Prehashed,
            b"SS" => Algorithm::Ssh,
            _ => Algorithm::Unknown(name),
        }
    }

    fn name(self) -> [u8; ALGORITHM_BYTES] {
        match self {
            Algorithm::Plain => *b"Ed",
            Algorithm::Prehashed => *b"ED",
            Algorithm::Ssh => *b"SS",
            Algorithm::Unknown(name) => name,
        }
    }
}

/// A signature of an artifact's [statement](crate::statement::Statement), as the trailer holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The number of the key.
    pub key: KeyId,
    /// The signature.
    pub bytes: [u8; SIGNATURE_BYTES],
    /// The bytes beside it, at most [`MOST_EXTRA_BYTES`]: of minisign, the signature of signature and trusted comment,
    /// and that comment. It isn't checked.
    pub extra: Vec<u8>,
}

/// The error of bytes that are no list of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "messages", error("the signatures can't be read at their byte {at}"))]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::SignatureFormat))]
pub struct SignatureError {
    /// The offset of the first signature that can't be read, in bytes from the start of the signatures.
    pub at: usize,
}

impl Signature {
    /// Reads the signatures of a trailer. Any bytes may be given.
    ///
    /// # Errors
    ///
    /// If the bytes end within a signature, there are more than [`MOST_SIGNATURES`], or one has more than
    /// [`MOST_EXTRA_BYTES`] beside it.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Signature>, SignatureError> {
        let mut signatures = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let error = SignatureError { at: bytes.len() - rest.len() };
            let (entry, behind) = rest.split_at_checked(ENTRY_BYTES).ok_or(error)?;
            let (algorithm, entry) = split(entry);
            let (key, entry) = split(entry);
            let (signature, entry) = split(entry);
            let (length, _) = split(entry);
            let length = usize::from(u16::from_le_bytes(length));
            let (extra, behind) = behind.split_at_checked(length).ok_or(error)?;
            if signatures.len() == MOST_SIGNATURES || length > MOST_EXTRA_BYTES {
                return Err(error);
            }
            signatures.push(Signature {
                algorithm: Algorithm::of(algorithm),
                key: KeyId(key),
                bytes: signature,
                extra: extra.to_vec(),
            });
            rest = behind;
        }
        Ok(signatures)
    }

    /// Appends the encoded signature: 2 bytes for the algorithm, 8 for the key's number, 64 for the signature, 2 for the
    /// length of what stands beside it, little-endian, and that.
    ///
    /// # Panics
    ///
    /// If more than [`MOST_EXTRA_BYTES`] stand beside it.
    pub fn write_to(&self, bytes: &mut Vec<u8>) {
        assert!(self.extra.len() <= MOST_EXTRA_BYTES, "the caller has kept to the limit");
        bytes.extend_from_slice(&self.algorithm.name());
        bytes.extend_from_slice(&self.key.0);
        bytes.extend_from_slice(&self.bytes);
        bytes.extend_from_slice(&(self.extra.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&self.extra);
    }
}

/// The first bytes of an entry, which is long enough, and what follows.
fn split<const BYTES: usize>(entry: &[u8]) -> ([u8; BYTES], &[u8]) {
    let (first, rest) = entry.split_first_chunk().expect("an entry's length was checked");
    (*first, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    fn signature(algorithm: Algorithm, extra: &[u8]) -> Signature {
        Signature { algorithm, key: KeyId([1, 2, 3, 4, 5, 6, 7, 8]), bytes: [9; 64], extra: extra.to_vec() }
    }

    #[test]
    fn signatures_are_read_as_they_are_written() {
        let signatures = [
            signature(Algorithm::Plain, b""),
            signature(Algorithm::Prehashed, b"a comment"),
            signature(Algorithm::Ssh, &[0; MOST_EXTRA_BYTES]),
            signature(Algorithm::Unknown(*b"X!"), b""),
        ];
        let mut bytes = Vec::new();
        signatures.iter().for_each(|signature| signature.write_to(&mut bytes));
        assert_eq!(Signature::read_all(&bytes).unwrap(), signatures);
        assert_eq!(Signature::read_all(b"").unwrap(), []);
        // Cut anywhere but between two.
        let ends: Vec<_> =
            (0..bytes.len()).filter(|&end| Signature::read_all(&bytes[..end]).is_ok()).collect();
        assert_eq!(ends, [0, 76, 161, 161 + 76 + MOST_EXTRA_BYTES]);
        assert_eq!(Signature::read_all(&bytes[..160]), Err(SignatureError { at: 76 }));
    }

    #[test]
    fn the_number_and_the_length_are_bounded() {
        let mut bytes = Vec::new();
        for _ in 0..MOST_SIGNATURES {
            signature(Algorithm::Plain, b"").write_to(&mut bytes);
        }
        assert_eq!(Signature::read_all(&bytes).unwrap().len(), MOST_SIGNATURES);
        let at = bytes.len();
        signature(Algorithm::Plain, b"").write_to(&mut bytes);
        assert_eq!(Signature::read_all(&bytes), Err(SignatureError { at }));
        let mut long = vec![0; ENTRY_BYTES + MOST_EXTRA_BYTES + 1];
        long[74..76].copy_from_slice(&(MOST_EXTRA_BYTES as u16 + 1).to_le_bytes());
        assert_eq!(Signature::read_all(&long), Err(SignatureError { at: 0 }));
    }

    #[test]
    fn key_numbers_are_shown_as_minisign_does() {
        assert_eq!(KeyId([0x1f, 0xe8, 0xb4, 0x42, 0x18, 0x0f, 0x62, 0xe7]).to_string(), "E7620F1842B4E81F");
    }
}
