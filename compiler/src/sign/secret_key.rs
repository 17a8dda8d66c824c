//! Secret keys, in minisign's format.

use ct_codecs::{Base64, Decoder};
use minisign::{KeyPair, SecretKeyBox};
use precompile_artifact::escaped_path;
use precompile_artifact::signature::{Algorithm, KeyId, Signature};
use precompile_artifact::statement::{Statement, is_statement};
use precompile_artifact::trust::PublicKey;
use std::fmt::{self, Debug, Formatter};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The most bytes of a key's file: two lines.
const MOST_BYTES: u64 = 64 << 10;
/// The offset of a key's number and of the key, in bytes: behind the names of three algorithms, a salt and two limits.
const NUMBER_AT: usize = 2 + 2 + 2 + 32 + 8 + 8;
/// The length of an encoded key, in bytes: the number, the key and a checksum follow.
const KEY_BYTES: usize = NUMBER_AT + 8 + 64 + 32;

/// A secret key of Ed25519, which signs artifacts.
pub struct SecretKey {
    id: KeyId,
    key: ed25519_compact::SecretKey,
}

/// The key isn't shown.
impl Debug for SecretKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretKey").field(&self.id).finish()
    }
}

/// The error of a secret key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file can't be read.
    #[error("can't read the key `{}`: {error}", escaped_path(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// Other users can read the file.
    #[error(
        "others can read the key `{path}`: have it with mode 600, and make a new one if they may have read it",
        path = escaped_path(.0)
    )]
    Exposed(PathBuf),
    /// The text is no secret key.
    #[error("it is no secret key of minisign's: {0}")]
    NotAKey(String),
    /// The key is encrypted, and there is no password.
    #[error("the key is encrypted: give its password")]
    Encrypted,
    /// The password is another one.
    #[error("the password is wrong")]
    WrongPassword,
    /// The system has no random numbers.
    #[error("no key can be made: {0}")]
    NotMade(String),
}

/// A new key pair, as the texts of two files.
pub struct KeyFiles {
    /// The number of the pair.
    pub id: KeyId,
    /// The file of the secret key, which nobody else may read.
    pub secret: String,
    /// The file of the public key, which is a trust file, too.
    pub public: String,
}

impl SecretKey {
    /// Makes a new key pair. The secret key is encrypted if there is a password.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotMade`].
    pub fn generate(password: Option<&str>) -> Result<KeyFiles, KeyError> {
        let not_made = |error: minisign::PError| KeyError::NotMade(error.to_string());
        let pair = match password {
            Some(password) => KeyPair::generate_encrypted_keypair(Some(password.into())),
            None => KeyPair::generate_unencrypted_keypair(),
        };
        let KeyPair { pk, sk } = pair.map_err(not_made)?;
        let id = KeyId(pk.keynum().try_into().expect("a key's number has 8 bytes"));
        let secret = sk.to_box(Some(&format!("precompile secret key {id}"))).map_err(not_made)?.into_string();
        // Minisign's own comment names the number.
        let public = pk.to_box().map_err(not_made)?.into_string();
        Ok(KeyFiles { id, secret, public })
    }

    /// Reads a file with a secret key.
    ///
    /// # Errors
    ///
    /// Any [`KeyError`] but [`KeyError::NotMade`]. A file that others can read is refused, where the system knows of
    /// others.
    pub fn read(path: &Path, password: Option<&str>) -> Result<SecretKey, KeyError> {
        let io = |error| KeyError::Io { path: path.into(), error };
        let file = File::open(path).map_err(io)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let metadata = file.metadata().map_err(io)?;
            if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
                return Err(KeyError::Exposed(path.into()));
            }
        }
        let mut text = String::new();
        file.take(MOST_BYTES).read_to_string(&mut text).map_err(io)?;
        SecretKey::parse(&text, password)
    }

    /// Reads the text of a secret key's file.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotAKey`], [`KeyError::Encrypted`] and [`KeyError::WrongPassword`].
    pub fn parse(text: &str, password: Option<&str>) -> Result<SecretKey, KeyError> {
        let not_a_key = |error: &dyn ToString| KeyError::NotAKey(error.to_string());
        let encoded = text.lines().nth(1).ok_or_else(|| not_a_key(&"it has no second line"))?.trim();
        let bytes =
            Base64::decode_to_vec(encoded, None).map_err(|_| not_a_key(&"its second line is no base64"))?;
        if bytes.len() != KEY_BYTES {
            return Err(not_a_key(&"its second line is too short or too long"));
        }
        let secret_box = SecretKeyBox::from_string(text).map_err(|error| not_a_key(&error))?;
        let is_encrypted = match bytes.get(2..4) {
            Some([0, 0]) => false,
            Some(b"Sc") => true,
            _ => return Err(not_a_key(&"its second line is another one's")),
        };
        let secret = match (is_encrypted, password) {
            (false, _) => secret_box.into_unencrypted_secret_key().map_err(|error| not_a_key(&error))?,
            (true, None) => return Err(KeyError::Encrypted),
            (true, Some(password)) => {
                let secret = secret_box.into_secret_key(Some(password.into()));
                secret.map_err(|error| match error.kind() {
                    minisign::ErrorKind::Verify => KeyError::WrongPassword,
                    _ => not_a_key(&error),
                })?
            }
        };
        let bytes = secret.to_bytes();
        let (id, rest) = bytes[NUMBER_AT..].split_first_chunk().expect("a key has a number");
        let key = ed25519_compact::SecretKey::from_slice(&rest[..64]).map_err(|error| not_a_key(&error))?;
        let key = SecretKey { id: KeyId(*id), key };
        // The second half is the public key: another one there would give the secret away, signature by signature.
        key.key.validate_public_key(&key.key.public_key()).map_err(|error| not_a_key(&error))?;
        Ok(key)
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.id, *self.key.public_key()).expect("a key that was made for signing is not weak")
    }

    /// Signs bytes as they are, by Ed25519. Statements are signed by [`SecretKey::sign`]: no other text may begin as they
    /// do.
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        *self.key.sign(bytes, None)
    }

    /// Signs a statement, as minisign does: the same statement has the same signature.
    pub fn sign(&self, statement: &Statement) -> Signature {
        self.sign_prehashed(statement.as_str().as_bytes())
    }

    /// Signs a file that is no artifact, such as a plugin, as minisign does. `None` for a file that begins as statements
    /// do: its signature would be an artifact's.
    pub fn sign_file(&self, content: &[u8]) -> Option<Signature> {
        (!is_statement(content)).then(|| self.sign_prehashed(content))
    }

    fn sign_prehashed(&self, content: &[u8]) -> Signature {
        let hash = precompile_artifact::trust::blake2b_512(content);
        let bytes = *self.key.sign(hash, None);
        let comment = concat!("precompile ", env!("CARGO_PKG_VERSION"));
        let whole = [&bytes[..], comment.as_bytes()].concat();
        let extra = [&self.key.sign(whole, None)[..], comment.as_bytes()].concat();
        Signature { algorithm: Algorithm::Prehashed, key: self.id, bytes, extra }
    }
}
