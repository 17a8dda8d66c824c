//! A library that is linked to a guest, as `--preload` names it.

use precompile_runtime::Program;
use std::ffi::OsStr;
use std::path::PathBuf;
use thiserror::Error;

/// A library of the command line.
pub(crate) struct Preload {
    /// The name of the module under which programs import from it.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// A library, opened.
pub(crate) struct Library {
    /// The name of the module under which programs import from it.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) program: Program,
}

/// The mistake in a library of the command line.
#[derive(Debug, Error)]
pub(crate) enum PreloadError {
    /// A part is lacking.
    #[error("`--preload {0}`: give the name that ARTIFACT imports from, and the file, as NAME=LIBRARY.cwasm")]
    Part(String),
    /// The name isn't UTF-8.
    #[error("`--preload {0}`: the name is not UTF-8, as names of modules are")]
    Name(String),
}

impl Preload {
    /// Reads `NAME=FILE`. The file may have any name that the system has.
    pub(crate) fn parse(text: &OsStr) -> Result<Preload, PreloadError> {
        let shown = || text.to_string_lossy().into_owned();
        let (name, path) = split(text).ok_or_else(|| PreloadError::Part(shown()))?;
        if name.is_empty() || path.is_empty() {
            return Err(PreloadError::Part(shown()));
        }
        let name = name.to_str().ok_or_else(|| PreloadError::Name(shown()))?;
        Ok(Preload { name: name.into(), path: path.into() })
    }
}

impl Library {
    /// The option, for a message.
    pub(crate) fn option(&self) -> String {
        format!("--preload {}={}", self.name, self.path.display())
    }

    /// Returns true if the library exports this name.
    pub(crate) fn exports(&self, name: &str) -> bool {
        self.program.manifest().exports.iter().any(|export| export.name == name)
    }
}

/// The parts of a text before and after the first `=`.
#[cfg(unix)]
fn split(text: &OsStr) -> Option<(&OsStr, &OsStr)> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..at]), OsStr::from_bytes(&bytes[at + 1..])))
}

/// The parts of a text before and after the first `=`. Other systems' names are Unicode.
#[cfg(not(unix))]
fn split(text: &OsStr) -> Option<(&OsStr, &OsStr)> {
    text.to_str()?.split_once('=').map(|(name, path)| (name.as_ref(), path.as_ref()))
}
