//! Files of public keys: minisign's, signify's, OpenSSH's.

use precompile_artifact::trust::{PublicKey, PublicKeyError};
use thiserror::Error;

/// The error of a public key's file.
#[derive(Debug, Error)]
pub enum PublicFileError {
    /// The text is no public key that is known.
    #[error(
        "it is no public key: neither minisign's or signify's, of two lines, nor OpenSSH's `ssh-ed25519 …`"
    )]
    Unknown,
    /// The text is a secret key.
    #[error("it is a secret key, which nobody else may see: name the public one")]
    Secret,
    /// OpenSSH's key can't be read.
    #[error("it is no public key of OpenSSH's: {0}")]
    Ssh(#[from] ssh_key::Error),
    /// OpenSSH's key is of another algorithm.
    #[error("it is a key for {0}: use one of Ed25519, as `ssh-keygen -t ed25519` makes it")]
    Algorithm(String),
    /// The key is none, or weak.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
}

/// Reads the file of a public key, or the key alone.
///
/// # Errors
///
/// Any [`PublicFileError`].
pub fn read(text: &str) -> Result<PublicKey, PublicFileError> {
    let text = text.trim();
    if text.contains("PRIVATE KEY-----") {
        return Err(PublicFileError::Secret);
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
        let key = ssh_key::PublicKey::from_openssh(text)?;
        let bytes = key.key_data().ed25519();
        let bytes = bytes.ok_or_else(|| PublicFileError::Algorithm(key.algorithm().to_string()))?;
        return Ok(PublicKey::without_number(bytes.0)?);
    }
    let mut lines = text.lines().filter(|line| !line.starts_with("untrusted comment:"));
    match (lines.next().map(str::trim), lines.next()) {
        (Some(line), None) if !line.contains(char::is_whitespace) => match line.parse() {
            // Both begin with the name of the algorithm, and a secret key is longer.
            Err(PublicKeyError::Text) if line.len() > 100 => Err(PublicFileError::Secret),
            key => Ok(key?),
        },
        _ => Err(PublicFileError::Unknown),
    }
}
