//! What the command reads of its environment.

use std::ffi::OsString;

/// A variable of the environment. One that is empty is as good as none.
#[allow(clippy::disallowed_methods, reason = "a command reads its environment")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
