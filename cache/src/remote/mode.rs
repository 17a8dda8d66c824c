//! The mode in which a shared store is used.

use super::error::ConnectError;
use std::str::FromStr;

/// The mode in which a shared store is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Entries are read, and new ones are written.
    ReadWrite,
    /// Entries are only read.
    ReadOnly,
}

impl FromStr for Mode {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Mode, ConnectError> {
        match text {
            "read-write" => Ok(Mode::ReadWrite),
            "read-only" => Ok(Mode::ReadOnly),
            _ => Err(ConnectError::Mode(text.into())),
        }
    }
}
