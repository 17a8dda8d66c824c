//! Signatures as minisign and signify encode them.

use crate::signature::{Algorithm, KeyId, Signature};
use alloc::vec::Vec;
use ct_codecs::{Base64, Decoder};

/// The encoded bytes of a signature: the algorithm, the key's number and the signature.
const ENCODED_BYTES: usize = 2 + 8 + 64;

/// The signature of a line, the one below the untrusted comment; `None` if the line is no signature of Ed25519.
pub fn signature(line: &str) -> Option<Signature> {
    let mut bytes = [0; ENCODED_BYTES];
    let decoded = Base64::decode(&mut bytes, line.trim(), None).ok()?;
    let (algorithm, rest) = decoded.split_first_chunk::<2>()?;
    let (key, signature) = rest.split_first_chunk()?;
    let algorithm = match algorithm {
        b"Ed" => Algorithm::Plain,
        b"ED" => Algorithm::Prehashed,
        _ => return None,
    };
    Some(Signature { algorithm, key: KeyId(*key), bytes: signature.try_into().ok()?, extra: Vec::new() })
}
