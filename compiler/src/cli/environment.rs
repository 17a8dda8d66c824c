//! The command's environment variables.

use std::ffi::OsString;

/// An environment variable; `None` where it is unset or empty.
#[allow(clippy::disallowed_methods, reason = "a command reads its environment")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
