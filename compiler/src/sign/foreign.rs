//! Signatures that other tools made of a statement: minisign, signify, OpenSSH.

use ct_codecs::{Base64, Decoder};
use precompile_artifact::signature::{Algorithm, MOST_EXTRA_BYTES, SSH_NAMESPACE, Signature};
use precompile_artifact::trust::{PublicKey, PublicKeyError, minisign};
use ssh_key::{HashAlg, SshSig};
use thiserror::Error;

/// The error of a signature's file.
#[derive(Debug, Error)]
pub enum ForeignError {
    /// The text is no signature that is known.
    #[error("it is no signature of minisign's, signify's or `ssh-keygen -Y sign`")]
    Unknown,
    /// The text begins as a signature of minisign's or signify's, and isn't one.
    #[error("its second line is no signature of Ed25519")]
    Malformed,
    /// The trusted comment is too long, or without its signature.
    #[error("its trusted comment has more than {} bytes, or no signature", MOST_EXTRA_BYTES - 64)]
    Comment,
    /// OpenSSH's signature can't be read.
    #[error("it is no signature of OpenSSH's: {0}")]
    Ssh(#[from] ssh_key::Error),
    /// OpenSSH signed for another purpose.
    #[error("it was made for `{0}`: sign with `ssh-keygen -Y sign -n {SSH_NAMESPACE}`")]
    Namespace(String),
    /// OpenSSH signed with another algorithm.
    #[error("it was made with {0}: sign with a key of Ed25519, and SHA-512, which is the default")]
    Algorithm(String),
    /// OpenSSH's key is weak.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
}

/// Reads the file of a signature. The public key is there where the signature holds it, as OpenSSH's does.
///
/// # Errors
///
/// Any [`ForeignError`].
pub fn read(text: &str) -> Result<(Signature, Option<PublicKey>), ForeignError> {
    if text.trim_start().starts_with("-----BEGIN SSH SIGNATURE-----") {
        let (signature, key) = ssh(text)?;
        return Ok((signature, Some(key)));
    }
    if !text.starts_with("untrusted comment:") {
        return Err(ForeignError::Unknown);
    }
    read_minisign(text).map(|signature| (signature, None))
}

fn read_minisign(text: &str) -> Result<Signature, ForeignError> {
    let mut lines = text.lines().skip(1);
    let encoded = lines.next().unwrap_or_default();
    let signature = minisign::signature(encoded).ok_or(ForeignError::Malformed)?;
    // Signify has no trusted comment.
    let extra = match lines.next().and_then(|line| line.strip_prefix("trusted comment: ")) {
        None => Vec::new(),
        Some(comment) => {
            let global = Base64::decode_to_vec(lines.next().unwrap_or_default().trim(), None);
            let global = global.ok().filter(|global| global.len() == 64).ok_or(ForeignError::Comment)?;
            [&global, comment.as_bytes()].concat()
        }
    };
    if extra.len() > MOST_EXTRA_BYTES {
        return Err(ForeignError::Comment);
    }
    Ok(Signature { extra, ..signature })
}

fn ssh(text: &str) -> Result<(Signature, PublicKey), ForeignError> {
    let signature = SshSig::from_pem(text.trim())?;
    if signature.namespace() != SSH_NAMESPACE {
        return Err(ForeignError::Namespace(signature.namespace().into()));
    }
    let key = signature
        .public_key()
        .ed25519()
        .ok_or_else(|| ForeignError::Algorithm(signature.algorithm().to_string()))?;
    if signature.hash_alg() != HashAlg::Sha512 {
        return Err(ForeignError::Algorithm(signature.hash_alg().to_string()));
    }
    let key = PublicKey::without_number(key.0)?;
    let bytes = signature.signature_bytes().try_into().map_err(|_| ForeignError::Malformed)?;
    Ok((Signature { algorithm: Algorithm::Ssh, key: key.id, bytes, extra: Vec::new() }, key))
}
