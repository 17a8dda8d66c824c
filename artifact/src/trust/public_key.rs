//! Public keys, in minisign's form.

use crate::signature::{Algorithm, KeyId, SSH_NAMESPACE, Signature};
use alloc::vec::Vec;
use blake2::{Blake2b512, Digest};
use core::fmt::{self, Debug, Display, Formatter};
use core::str::FromStr;
use ct_codecs::{Base64, Decoder, Encoder};
use ed25519_compact::sha512;
use thiserror::Error;

/// `Ed`, the number of the key pair, and the key.
const ENCODED_BYTES: usize = 2 + 8 + 32;

/// A public key of Ed25519 with its number, as minisign and signify write them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    /// The number of the key pair.
    pub id: KeyId,
    key: ed25519_compact::PublicKey,
}

/// The error of a text that is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::TrustFile))]
pub enum PublicKeyError {
    /// The text isn't base64 of 42 bytes.
    #[cfg_attr(
        feature = "messages",
        error("it is no key: 56 letters are, as in the second line of a file of minisign's, `minisign.pub`")
    )]
    Text,
    /// The key has another algorithm than Ed25519.
    #[cfg_attr(feature = "messages", error("it is a key of another algorithm than Ed25519"))]
    Algorithm,
    /// The key is no point of the curve, or one of low order, for which everybody can make signatures.
    #[cfg_attr(
        feature = "messages",
        error("it is a weak key, with which everybody can sign: nobody made it for signing")
    )]
    Weak,
}

impl PublicKey {
    /// The length of a key's text, in letters.
    pub const LETTERS: usize = ENCODED_BYTES.div_ceil(3) * 4;

    /// A key of Ed25519 with a number.
    ///
    /// # Errors
    ///
    /// [`PublicKeyError::Weak`] if the bytes are no point of the curve in its one encoding, or a point of low order.
    pub fn new(id: KeyId, key: [u8; 32]) -> Result<PublicKey, PublicKeyError> {
        let key = ed25519_compact::PublicKey::new(key);
        key.validate().map_err(|_| PublicKeyError::Weak)?;
        Ok(PublicKey { id, key })
    }

    /// A key of Ed25519 that has no number of its own, such as OpenSSH's. Its number is the start of its SHA-512.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::new`].
    pub fn without_number(key: [u8; 32]) -> Result<PublicKey, PublicKeyError> {
        let hash = sha512::Hash::hash(key);
        let (number, _) = hash.split_first_chunk().expect("64 bytes are more than 8");
        PublicKey::new(KeyId(*number), key)
    }

    /// The key's 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Returns true if the signature is one of this text, or file, by this key. The number isn't compared.
    ///
    /// The check is strict: each number of a signature has one encoding, and no point of low order is taken.
    pub fn verifies(&self, signature: &Signature, statement: impl AsRef<[u8]>) -> bool {
        let statement = statement.as_ref();
        let hashed;
        let enveloped;
        let message = match signature.algorithm {
            Algorithm::Plain => statement,
            Algorithm::Prehashed => {
                hashed = blake2b_512(statement);
                &hashed[..]
            }
            Algorithm::Ssh => {
                enveloped = envelope(statement);
                &enveloped[..]
            }
            Algorithm::Unknown(_) => return false,
        };
        self.key.verify(message, &ed25519_compact::Signature::new(signature.bytes)).is_ok()
    }
}

/// The BLAKE2b-512 of a statement, or of a file, which minisign signs.
pub fn blake2b_512(statement: impl AsRef<[u8]>) -> [u8; 64] {
    Blake2b512::digest(statement).into()
}

/// The message that OpenSSH signs (`PROTOCOL.sshsig`): its magic, and, each behind its length, the namespace, a reserved
/// text, the name of the hash, and the hash.
fn envelope(statement: &[u8]) -> Vec<u8> {
    let mut message = b"SSHSIG".to_vec();
    let hash = sha512::Hash::hash(statement);
    for part in [SSH_NAMESPACE.as_bytes(), b"", b"sha512", &hash] {
        message.extend_from_slice(&(part.len() as u32).to_be_bytes());
        message.extend_from_slice(part);
    }
    message
}

/// Reads minisign's base64, which has one form for each key.
impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<PublicKey, PublicKeyError> {
        let mut bytes = [0; ENCODED_BYTES];
        match Base64::decode(&mut bytes, text, None) {
            Ok(decoded) if decoded.len() == ENCODED_BYTES => {}
            _ => return Err(PublicKeyError::Text),
        }
        let (algorithm, rest) = bytes.split_first_chunk().expect("42 bytes are more than 2");
        let (id, key) = rest.split_first_chunk().expect("40 bytes are more than 8");
        if algorithm != b"Ed" {
            return Err(PublicKeyError::Algorithm);
        }
        PublicKey::new(KeyId(*id), key.try_into().expect("32 bytes are left"))
    }
}

/// Minisign's base64, of 56 letters.
impl Display for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bytes = [&b"Ed"[..], &self.id.0, self.bytes()].concat();
        let mut text = [0; ENCODED_BYTES.div_ceil(3) * 4];
        let text = Base64::encode(&mut text, bytes).expect("there is room for each letter");
        f.write_str(str::from_utf8(text).expect("base64 is ASCII"))
    }
}

impl Debug for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}
