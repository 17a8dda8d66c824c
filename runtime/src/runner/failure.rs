//! Why a run ended otherwise than well, and the exit code for it.

use precompile_runtime::OpenError;
use precompile_runtime::artifact::{Code, EscapedLines};
#[cfg(any(feature = "wasi", feature = "component-model"))]
use precompile_runtime::link::LinkError;
use precompile_runtime::wasmtime::{self, Trap, WasmBacktrace};
#[cfg(any(feature = "limits", feature = "wasi", feature = "wasi-p2"))]
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
    exit: u8,
    /// What to tell the user; nothing where the guest chose the exit code.
    message: Option<String>,
}

impl Failure {
    /// In words; or in numbers, where the build has none.
    fn new(exit: u8, codes: impl FnOnce() -> Vec<Code>, words: impl FnOnce() -> String) -> Failure {
        let numbers = || {
            let mut codes = codes();
            codes.dedup();
            codes.iter().map(Code::to_string).collect::<Vec<_>>().join(" ")
        };
        Failure { exit, message: Some(if cfg!(feature = "messages") { words() } else { numbers() }) }
    }

    /// The runner can't do what it was asked to.
    pub(crate) fn own(code: Code, words: impl FnOnce() -> String) -> Failure {
        Failure::new(OWN, || vec![code], words)
    }

    /// A thread can't be started.
    #[cfg(any(feature = "limits", feature = "wasi", feature = "wasi-p2"))]
    pub(crate) fn thread(reason: &dyn Display) -> Failure {
        Failure::own(Code::Thread, || {
            format!("can't start a thread, see `ulimit -u` and the limits of the container: {reason}")
        })
    }

    /// This command has a bug, which was reported.
    pub(crate) fn bug() -> Failure {
        Failure { exit: OWN, message: None }
    }

    /// The artifact was not opened.
    pub(crate) fn open(path: &Path, error: OpenError) -> Failure {
        match error {
            OpenError::Io { .. } => Failure::own(Code::Io, || error.to_string()),
            _ => Failure::new(REFUSED, || error.codes(), || format!("`{}`: {error}", path.display())),
        }
    }

    /// The artifact is not what was asked for.
    #[cfg(feature = "limits")]
    pub(crate) fn refused(path: &Path, code: Code, why: impl FnOnce() -> String) -> Failure {
        Failure::new(REFUSED, || vec![code], || format!("`{}`: {}", path.display(), why()))
    }

    /// The guest's time is up.
    pub(crate) fn timeout(words: impl FnOnce() -> String) -> Failure {
        Failure::new(TIMEOUT, || vec![Code::Timeout], words)
    }

    /// Whether it is this command that failed, and not the guest.
    #[cfg(feature = "limits")]
    pub(crate) fn is_own(&self) -> bool {
        self.exit == OWN
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self) -> u8 {
        if let Some(message) = self.message {
            // Where even this can't be written, the exit code still tells.
            let mut stderr = std::io::stderr();
            // Names in an artifact may hold anything.
            let _ = writeln!(stderr, "error: {}", EscapedLines(&message));
        }
        self.exit
    }

    /// The process' exit code.
    #[cfg(feature = "limits")]
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit
    }

    /// The guest ended itself.
    #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
    pub(crate) fn exit(exit: u8) -> Failure {
        Failure { exit, message: None }
    }

    /// What came of a call whose output nobody sees.
    #[cfg(feature = "measure")]
    pub(crate) fn unless_success(self) -> Result<(), Failure> {
        match self {
            Failure { exit: 0, .. } => Ok(()),
            Failure { exit, message: None } => Err(Failure::new(
                exit,
                || vec![Code::Measured],
                || {
                    format!(
                        "the guest ended with exit code {exit}: run it without `--measure` to see what it says"
                    )
                },
            )),
            failure => Err(failure),
        }
    }

    /// The program was not instantiated.
    #[cfg(any(feature = "wasi", feature = "component-model"))]
    pub(crate) fn link(error: LinkError) -> Failure {
        match error {
            LinkError::OtherEngine { .. } | LinkError::OtherKind { .. } => {
                Failure::own(error.code(), || error.to_string())
            }
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
        match error.downcast_ref::<Trap>().copied() {
            Some(Trap::Interrupt) => Failure::timeout(|| format!("the guest did not end in time: {error:?}")),
            Some(trap @ Trap::OutOfFuel) => {
                let words = || format!("the guest used up the fuel that `--fuel` gives it: {error:?}");
                Failure::new(TRAP, || vec![Code::Trap(trap as u8)], words)
            }
            // Without a trap, but with a place in the guest: the host ended a call of the guest's, such as
            // one with flags that don't exist.
            None if is_out_of_space(&error) => Failure::own(Code::AddressSpace, || {
                format!(
                    "there is not the address space that the guest's memories reserve, see `ulimit -v`: {error:#}; \
                     compile with `-O small-memories`, which is `-O memory-reservation=0,\
                     memory-reservation-for-growth=1MiB,memory-guard-size=64KiB`"
                )
            }),
            None if !error.is::<WasmBacktrace>() => {
                Failure::own(Code::NotInstantiated, || format!("{error:?}"))
            }
            trap => {
                let code = trap.map_or(Code::HostCall, |trap| Code::Trap(trap as u8));
                Failure::new(TRAP, || vec![code], || format!("the guest trapped: {error:?}"))
            }
        }
    }
}

/// Whether the system gives no more address space.
#[cfg(unix)]
fn is_out_of_space(error: &wasmtime::Error) -> bool {
    use rustix::io::Errno;
    error.root_cause().downcast_ref() == Some(&Errno::NOMEM)
}

#[cfg(not(unix))]
fn is_out_of_space(_: &wasmtime::Error) -> bool {
    false
}
