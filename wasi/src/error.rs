//! The ends of a call other than success.

use crate::errno::Errno;
use std::io;
use thiserror::Error;

/// The end of a call other than success.
#[derive(Debug)]
pub enum Error {
    /// The number that the guest gets.
    Errno(Errno),
    /// The call of `proc_exit`, which ends the guest.
    Exit(Exit),
    /// The violation of a rule, which ends the guest.
    Trap(Trap),
}

/// The end of a guest by `proc_exit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the guest ended with the exit code {0}")]
pub struct Exit(
    /// The exit code that the guest chose. An operating system keeps its low byte.
    pub i32,
);

/// The violation of a rule by a guest, for which preview 1 demands a trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Trap {
    /// Bytes that the guest's memory doesn't have.
    #[error("pointer out of bounds: {length} bytes at {offset:#x}")]
    OutOfBounds {
        /// The first byte's offset in the memory.
        offset: u32,
        /// The number of bytes.
        length: u64,
    },
    /// A pointer that isn't a multiple of what its type demands.
    #[error("pointer not aligned to {align}: {offset:#x}")]
    Misaligned {
        /// The offset in the memory.
        offset: u32,
        /// The number of which it must be a multiple.
        align: u32,
    },
    /// Flags, or a choice, that preview 1 doesn't have.
    #[error("no such flag or choice: {0:#x}")]
    NoSuchFlag(
        /// The argument.
        u64,
    ),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<Errno> for Error {
    fn from(errno: Errno) -> Error {
        Error::Errno(errno)
    }
}

impl From<Trap> for Error {
    fn from(trap: Trap) -> Error {
        Error::Trap(trap)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Errno(error.into())
    }
}

impl From<rustix::io::Errno> for Error {
    fn from(error: rustix::io::Errno) -> Error {
        Error::Errno(error.into())
    }
}
