//! The reading of secret keys.

use crate::environment::variable;
use crate::kind::Kind;
use anyhow::{Context, Result, anyhow};
use precompile::KeySource;
use precompile::artifact::escaped_path;
use precompile::sign::{KeyError, SecretKey};
use std::io::{IsTerminal, stderr, stdin};

/// The variable with the password of an encrypted key.
pub(crate) const PASSWORD: &str = "PRECOMPILE_KEY_PASSWORD";

/// Reads a secret key. The password of an encrypted one is in a variable, or is asked for on a terminal.
///
/// # Errors
///
/// If there is no such key, others can read it, or there is no password.
pub(crate) fn read(source: &KeySource) -> Result<SecretKey> {
    let usage = |text: &str| Err(Kind::Usage.error(text));
    match source {
        KeySource::Exposed => usage(
            "a key itself stands where others can read it: name its file, or a variable as `env:NAME`, and make a new key",
        ),
        KeySource::Variable(name) if name.is_empty() => usage("name the variable, as in `env:SIGNING_KEY`"),
        KeySource::File(path) => {
            unlock(&format!("`{}`", escaped_path(path)), |password| SecretKey::read(path, password))
        }
        KeySource::Variable(name) => {
            let text = variable(name).and_then(|text| text.into_string().ok());
            let text = text
                .ok_or_else(|| Kind::Read.error(format!("the variable `{name}` is not set, or not UTF-8")))?;
            unlock(&format!("the variable `{name}`"), |password| SecretKey::parse(&text, password))
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
        let missing = format!("the key is encrypted: give its password in the variable `{PASSWORD}`");
        return Err(Kind::Read.error(missing));
    }
    rpassword::prompt_password(question).context("the password can't be read")
}
