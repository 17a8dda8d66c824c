//! The right of this program to write.

use super::error::ConnectError;
use std::str::FromStr;

/// The right of this program to write to a shared store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It reads, and stores what it made.
    ReadWrite,
    /// It only reads.
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
