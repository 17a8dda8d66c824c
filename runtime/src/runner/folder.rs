//! A folder for the guest, as `--dir` gives it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The suffix for a folder that the guest may only read.
const READ_ONLY: &str = "ro";

/// A folder of the host for the guest.
pub(crate) struct Folder {
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) host: PathBuf,
    /// The path in the guest.
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) guest: String,
    pub(crate) is_writable: bool,
}

impl Folder {
    /// Reads `HOST`, `HOST::GUEST` or `HOST::GUEST::ro`. HOST may be any name that the system has; the guest's names
    /// are UTF-8.
    pub(crate) fn parse(text: &OsStr) -> Result<Folder, String> {
        let (host, names) = split(text);
        let shown = host.to_string_lossy();
        let Some(names) = names else {
            return match shown {
                Cow::Borrowed(guest) => {
                    Ok(Folder { host: host.into(), guest: guest.into(), is_writable: true })
                }
                Cow::Owned(_) => Err(format!(
                    "`--dir {shown}` is not UTF-8, as the guest's names must be: give it one, as in `--dir HOST::GUEST`"
                )),
            };
        };
        let names = names.to_string_lossy();
        let (guest, right) = match names.split_once("::") {
            Some((guest, right)) => (guest, Some(right)),
            None => (&*names, None),
        };
        match right {
            _ if matches!(names, Cow::Owned(_)) => {
                Err(format!("`--dir {shown}::{names}`: GUEST is not UTF-8, as the guest's names must be"))
            }
            None if guest == READ_ONLY => Err(format!(
                "`--dir {shown}::{names}` would let the guest write, and call the folder `ro`: \
                 `{shown}::{shown}::ro` gives it to be read, `{shown}::./ro` under that name"
            )),
            Some(right) if right != READ_ONLY => Err(format!(
                "`--dir {shown}::{names}`: only `ro`, to be read only, can follow HOST::GUEST, and not `{right}`"
            )),
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
