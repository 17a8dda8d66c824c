//! A folder for the guest, as `--dir` gives it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::PathBuf;
use thiserror::Error;

/// The suffix for a folder that the guest may only read.
const READ_ONLY: &str = "ro";

/// A folder of the host for the guest.
#[cfg_attr(feature = "serve", derive(Clone))]
pub(crate) struct Folder {
    #[cfg_attr(not(feature = "wasi-any"), expect(dead_code, reason = "for WASI"))]
    pub(crate) host: PathBuf,
    /// The path in the guest.
    #[cfg_attr(not(feature = "wasi-any"), expect(dead_code, reason = "for WASI"))]
    pub(crate) guest: String,
    pub(crate) is_writable: bool,
}

/// The mistake in a folder for the guest.
#[derive(Debug, Error)]
pub(crate) enum FolderError {
    /// The guest would have the host's name, and can't.
    #[error("`--dir {0}` is not UTF-8, as the guest's names must be: give it one, as in `--dir HOST::GUEST`")]
    Host(String),
    /// The guest's name, or what follows it, is not UTF-8.
    #[error("`--dir {0}`: GUEST is not UTF-8, as the guest's names must be")]
    Guest(String),
    /// The guest's name is the suffix for a folder that may only be read.
    #[error(
        "`--dir {host}::{names}` would let the guest write, and call the folder `ro`: \
         `{host}::{host}::ro` gives it to be read, `{host}::./ro` under that name"
    )]
    Suffix { host: String, names: String },
    /// The suffix is unknown.
    #[error("`--dir {text}`: only `ro`, to be read only, can follow HOST::GUEST, and not `{right}`")]
    Right { text: String, right: String },
}

impl Folder {
    /// Reads `HOST`, `HOST::GUEST` or `HOST::GUEST::ro`. HOST may be any name that the system has; the guest's names
    /// are UTF-8.
    pub(crate) fn parse(text: &OsStr) -> Result<Folder, FolderError> {
        let (host, names) = split(text);
        let shown = host.to_string_lossy();
        let Some(names) = names else {
            return match shown {
                Cow::Borrowed(guest) => {
                    Ok(Folder { host: host.into(), guest: guest.into(), is_writable: true })
                }
                Cow::Owned(host) => Err(FolderError::Host(host)),
            };
        };
        let names = names.to_string_lossy();
        let (guest, right) = match names.split_once("::") {
            Some((guest, right)) => (guest, Some(right)),
            None => (&*names, None),
        };
        match right {
            _ if matches!(names, Cow::Owned(_)) => Err(FolderError::Guest(format!("{shown}::{names}"))),
            None if guest == READ_ONLY => {
                Err(FolderError::Suffix { host: shown.into(), names: names.into() })
            }
            Some(right) if right != READ_ONLY => {
                Err(FolderError::Right { text: format!("{shown}::{names}"), right: right.into() })
            }
            _ => Ok(Folder { host: host.into(), guest: guest.into(), is_writable: right.is_none() }),
        }
    }
}

/// The parts of a text before and after the first `::`.
#[cfg(unix)]
fn split(text: &OsStr) -> (&OsStr, Option<&OsStr>) {
    use std::os::unix::ffi::OsStrExt;
    let bytes = text.as_bytes();
    match bytes.windows(2).position(|two| two == b"::") {
        Some(at) => (OsStr::from_bytes(&bytes[..at]), Some(OsStr::from_bytes(&bytes[at + 2..]))),
        None => (text, None),
    }
}

/// The parts of a text before and after the first `::`. Other systems' names are Unicode.
#[cfg(not(unix))]
fn split(text: &OsStr) -> (&OsStr, Option<&OsStr>) {
    match text.to_str().and_then(|text| text.split_once("::")) {
        Some((host, names)) => (host.as_ref(), Some(names.as_ref())),
        None => (text, None),
    }
}
