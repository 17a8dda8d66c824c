//! The place of a secret key: a file, or an environment variable. A key on the command line would be seen by others.

use crate::environment::variable;
use crate::kind::Kind;
use anyhow::{Context, Result, anyhow};
use precompile::artifact::escaped_path;
use precompile::sign::{KeyError, SecretKey};
use std::io::{IsTerminal, stderr, stdin};
use std::path::PathBuf;

/// The variable with the password of an encrypted key.
pub(crate) const PASSWORD: &str = "PRECOMPILE_KEY_PASSWORD";
/// The beginning of the name of a variable with a key.
const VARIABLE: &str = "env:";

/// The place of a secret key.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    File(PathBuf),
    Variable(String),
    /// A key itself, which isn't kept.
    Exposed,
}

/// No value is an error here: clap would print it, and it may be a key.
impl From<String> for KeySource {
    fn from(text: String) -> KeySource {
        match text.strip_prefix(VARIABLE) {
            Some(name) => KeySource::Variable(name.into()),
            // The beginning of minisign's keys, with a password and without, and that of their files.
            None if ["RWRTY0Iy", "RWQAAEIy", "untrusted comment:"]
                .iter()
                .any(|start| text.starts_with(start)) =>
            {
                KeySource::Exposed
            }
            None => KeySource::File(text.into()),
        }
    }
}

impl KeySource {
    /// Reads the key. The password of an encrypted one is in a variable, or is asked for on a terminal.
    ///
    /// # Errors
    ///
    /// If there is no such key, others can read it, or there is no password.
    pub(crate) fn read(&self) -> Result<SecretKey> {
        let usage = |text: &str| Err(Kind::Usage.error(text));
        match self {
            KeySource::Exposed => usage(
                "a key on the command line is seen by all users: name its file, or a variable as `env:NAME`, and \
                 make a new key",
            ),
            KeySource::Variable(name) if name.is_empty() => {
                usage("name the variable, as in `env:SIGNING_KEY`")
            }
            KeySource::File(path) => {
                unlock(&format!("`{}`", escaped_path(path)), |password| SecretKey::read(path, password))
            }
            KeySource::Variable(name) => {
                let text = variable(name).and_then(|text| text.into_string().ok());
                let text = text.ok_or_else(|| {
                    Kind::Read.error(format!("the variable `{name}` is not set, or not UTF-8"))
                })?;
                unlock(&format!("the variable `{name}`"), |password| SecretKey::parse(&text, password))
            }
        }
    }
}

/// Reads a key, with its password if it is encrypted.
fn unlock(name: &str, read: impl Fn(Option<&str>) -> Result<SecretKey, KeyError>) -> Result<SecretKey> {
    let password = variable(PASSWORD).map(|password| password.into_string());
    let password = password.transpose().map_err(|_| anyhow!("`{PASSWORD}` is not UTF-8"))?;
    let key = match read(password.as_deref()) {
        Err(KeyError::Encrypted) => read(Some(&prompt(&format!("Password of {name}: "))?)),
        key => key,
    };
    key.map_err(|error| match error {
        // These name the file.
        KeyError::Io { .. } | KeyError::Exposed(_) => Kind::Read.error(error.to_string()),
        _ => Kind::Read.error(format!("{name}: {error}")),
    })
}

/// Asks for a password, which isn't shown.
///
/// # Errors
///
/// If nobody can be asked.
pub(crate) fn prompt(question: &str) -> Result<String> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(anyhow!("the key is encrypted: give its password in the variable `{PASSWORD}`"));
    }
    rpassword::prompt_password(question).context("the password can't be read")
}
