//! The key and the trust file of a build script.

use crate::build::cargo::Cargo;
use crate::build::error::BuildError;
use crate::options::key_source::KeySource;
use std::ffi::OsString;
use std::path::PathBuf;

/// The variable with the password of an encrypted key.
#[cfg(feature = "in-process")]
const PASSWORD: &str = "PRECOMPILE_KEY_PASSWORD";

/// The key that signs, and the trust file for what a shared cache has.
#[derive(Debug, Default)]
pub(super) struct Signing {
    pub(super) key: Option<KeySource>,
    pub(super) trust: Option<PathBuf>,
}

impl Signing {
    /// Has cargo run the script again when the key or the trust file changes.
    ///
    /// # Errors
    ///
    /// If a file has a name that can't be passed to cargo, or a key itself is in place of its file's name.
    pub(super) fn read_by(&self, cargo: &Cargo) -> Result<(), BuildError> {
        match &self.key {
            Some(KeySource::File(path)) => cargo.read(path)?,
            Some(KeySource::Variable(name)) => drop(cargo.variable(name)),
            Some(KeySource::Exposed) => return Err(BuildError::ExposedKey),
            None => {}
        }
        self.trust.as_deref().map_or(Ok(()), |path| cargo.read(path))
    }

    /// The arguments for the command `precompile`.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let key = self.key.as_ref().and_then(|key| match key {
            KeySource::File(path) => Some(path.into()),
            KeySource::Variable(name) => Some(format!("env:{name}").into()),
            KeySource::Exposed => None,
        });
        let trust = self.trust.as_ref().map(OsString::from);
        let pairs = [("--sign", key), ("--trust", trust)];
        pairs.into_iter().filter_map(|(name, value)| Some([name.into(), value?])).flatten().collect()
    }

    /// The key and the trust.
    ///
    /// # Errors
    ///
    /// The reason why one of them can't be read.
    #[cfg(feature = "in-process")]
    pub(super) fn signatures(&self, cargo: &Cargo) -> Result<crate::Signatures, BuildError> {
        use crate::artifact::{Trust, escaped_path};
        use crate::build::error::io;
        use crate::sign::SecretKey;
        let refused =
            |what: &str, error: &dyn std::fmt::Display| BuildError::Refused(format!("{what}: {error}"));
        let password = || Some(cargo.variable(PASSWORD)?.to_string_lossy().into_owned());
        let trust = self.trust.as_deref().map(|path| {
            let text = std::fs::read_to_string(path).map_err(io(path))?;
            Trust::parse(&text).map_err(|error| refused(&format!("`{}`", escaped_path(path)), &error))
        });
        let key = self.key.as_ref().map(|source| match source {
            KeySource::File(path) => SecretKey::read(path, password().as_deref())
                .map_err(|error| refused(&format!("`{}`", escaped_path(path)), &error)),
            KeySource::Variable(name) => {
                let text = cargo.variable(name).ok_or_else(|| {
                    BuildError::Refused(format!("the variable `{name}` is not set: it is to have the key"))
                })?;
                SecretKey::parse(&text.to_string_lossy(), password().as_deref())
                    .map_err(|error| refused(&format!("the variable `{name}`"), &error))
            }
            KeySource::Exposed => Err(BuildError::ExposedKey),
        });
        Ok(crate::Signatures::new(trust.transpose()?, key.transpose()?))
    }
}
