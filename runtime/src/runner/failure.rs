//! Why a run ended otherwise than well, and the exit code for it.

use precompile_runtime::OpenError;
#[cfg(feature = "wasi")]
use precompile_runtime::link::LinkError;
use precompile_runtime::wasmtime::{self, Trap};
use std::path::Path;

/// The runner itself failed. The codes from 124 to 126 are those of `timeout` and of shells.
const OWN: u8 = 125;
/// The artifact was refused.
const REFUSED: u8 = 126;
/// The guest trapped: what a shell reports for a program that aborted.
const TRAP: u8 = 134;

/// A run that ended otherwise than well.
pub(crate) struct Failure {
    /// The process' exit code.
    pub(crate) code: u8,
    /// What to tell the user; nothing where the guest chose the code.
    pub(crate) message: Option<String>,
}

impl Failure {
    /// The runner can't do what it was asked to.
    pub(crate) fn own(message: impl Into<String>) -> Failure {
        Failure { code: OWN, message: Some(message.into()) }
    }

    /// The artifact was not opened.
    pub(crate) fn open(path: &Path, error: OpenError) -> Failure {
        match error {
            OpenError::Io { .. } => Failure::own(error.to_string()),
            _ => Failure { code: REFUSED, message: Some(format!("`{}`: {error}", path.display())) },
        }
    }

    /// The program was not instantiated.
    #[cfg(feature = "wasi")]
    pub(crate) fn link(error: LinkError) -> Failure {
        match error {
            LinkError::OtherEngine { .. } => Failure::own(error.to_string()),
            LinkError::Wasmtime(error) => Failure::guest(error),
        }
    }

    /// A call into the guest came back with an error.
    pub(crate) fn guest(error: wasmtime::Error) -> Failure {
        #[cfg(feature = "wasi")]
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            // An operating system keeps the low byte.
            return Failure { code: exit.0 as u8, message: None };
        }
        match error.downcast_ref::<Trap>() {
            Some(_) => Failure { code: TRAP, message: Some(format!("the guest trapped: {error:?}")) },
            None => Failure::own(format!("{error:?}")),
        }
    }
}
