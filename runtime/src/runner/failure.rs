//! Why a run ended otherwise than well, and the exit code for it.

use precompile_runtime::OpenError;
#[cfg(any(feature = "wasi", feature = "component-model"))]
use precompile_runtime::link::LinkError;
use precompile_runtime::wasmtime::{self, Trap, WasmBacktrace};
use std::fmt::Display;
use std::io::Write;
use std::path::Path;

/// The guest's time is up.
const TIMEOUT: u8 = 124;
/// The runner itself failed. The codes from 124 to 126 are those of `timeout` and of shells.
const OWN: u8 = 125;
/// The artifact was refused.
const REFUSED: u8 = 126;
/// The guest trapped: what a shell reports for a program that aborted.
const TRAP: u8 = 134;

/// A run that ended otherwise than well.
pub(crate) struct Failure {
    /// The process' exit code.
    code: u8,
    /// What to tell the user; nothing where the guest chose the code.
    message: Option<String>,
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
            _ => Failure::refused(path, error),
        }
    }

    /// The artifact is not what was asked for.
    pub(crate) fn refused(path: &Path, why: impl Display) -> Failure {
        Failure { code: REFUSED, message: Some(format!("`{}`: {why}", path.display())) }
    }

    /// The guest's time is up.
    pub(crate) fn timeout(message: String) -> Failure {
        Failure { code: TIMEOUT, message: Some(message) }
    }

    /// Whether it is this command that failed, and not the guest.
    #[cfg(feature = "limits")]
    pub(crate) fn is_own(&self) -> bool {
        self.code == OWN
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self) -> u8 {
        if let Some(message) = self.message {
            // Where even this can't be written, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "error: {message}");
        }
        self.code
    }

    /// The process' exit code.
    #[cfg(feature = "limits")]
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// The guest ended itself.
    #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
    pub(crate) fn exit(code: u8) -> Failure {
        Failure { code, message: None }
    }

    /// The program was not instantiated.
    #[cfg(any(feature = "wasi", feature = "component-model"))]
    pub(crate) fn link(error: LinkError) -> Failure {
        match error {
            LinkError::OtherEngine { .. } | LinkError::OtherKind { .. } => Failure::own(error.to_string()),
            LinkError::Wasmtime(error) => Failure::guest(error),
        }
    }

    /// A call into the guest came back with an error.
    pub(crate) fn guest(error: wasmtime::Error) -> Failure {
        #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            // An operating system keeps the low byte.
            return Failure::exit(exit.0 as u8);
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Failure::timeout(format!("the guest did not end in time: {error:?}")),
            Some(Trap::OutOfFuel) => {
                let message = format!("the guest used up the fuel that `--fuel` gives it: {error:?}");
                Failure { code: TRAP, message: Some(message) }
            }
            // What comes out of a guest's code has a backtrace: a call of the host's that didn't return to
            // it, as with a pointer out of bounds, is a trap, too.
            None if !error.is::<WasmBacktrace>() => Failure::own(format!("{error:?}")),
            _ => Failure { code: TRAP, message: Some(format!("the guest trapped: {error:?}")) },
        }
    }
}
