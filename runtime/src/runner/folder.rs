//! A folder that the guest is given.

use std::path::PathBuf;

/// The suffix of the guest's path where it may change nothing.
const READ_ONLY: &str = "ro";

/// A folder of the host's that the guest is given.
pub(crate) struct Folder {
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) host: PathBuf,
    /// As the guest sees it.
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) guest: String,
    pub(crate) is_writable: bool,
}

impl Folder {
    /// Reads `HOST`, `HOST::GUEST` or `HOST::GUEST::ro`.
    pub(crate) fn parse(text: &str) -> Result<Folder, String> {
        let mut parts = text.splitn(3, "::");
        let host = parts.next().unwrap_or_default();
        let (guest, right) = (parts.next(), parts.next());
        match (guest, right) {
            (Some(READ_ONLY), None) => Err(format!(
                "`--dir {text}` would let the guest write, and call the folder `ro`: `{host}::{host}::ro` gives it \
                 to be read, `{host}::./ro` under that name"
            )),
            (_, Some(right)) if right != READ_ONLY => Err(format!(
                "`--dir {text}`: only `ro`, to be read only, can follow HOST::GUEST, and not `{right}`"
            )),
            _ => Ok(Folder {
                host: host.into(),
                guest: guest.unwrap_or(host).into(),
                is_writable: right.is_none(),
            }),
        }
    }
}
