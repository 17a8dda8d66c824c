//! The failure of a run, and its exit code.

use precompile_runtime::OpenError;
use precompile_runtime::artifact::install::RUNNER_HINT;
use precompile_runtime::artifact::mismatch::Mismatch;
#[cfg(not(feature = "fat"))]
use precompile_runtime::artifact::trailer::ReadError;
use precompile_runtime::artifact::{Code, EscapedLines};
#[cfg(any(
    feature = "wasi",
    feature = "wasi-lean",
    feature = "preload",
    feature = "plugin",
    feature = "component-model"
))]
use precompile_runtime::link::LinkError;
use precompile_runtime::wasmtime::{self, Trap, WasmBacktrace};
#[cfg(any(feature = "limits", feature = "wasi-any"))]
use std::fmt::Display;
#[cfg(feature = "describe")]
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
#[cfg(feature = "limits")]
use std::sync::mpsc;
#[cfg(feature = "limits")]
use std::thread;
#[cfg(feature = "limits")]
use std::time::Duration;

/// The exit code if the guest's time is up. The codes from 124 to 126 are those of `timeout` and of shells.
const TIMEOUT: u8 = 124;
/// The exit code if the runner itself failed.
const OWN: u8 = 125;
/// The exit code if the artifact was refused.
const REFUSED: u8 = 126;
/// The exit code if the guest trapped: a shell reports the same for a program that aborted.
const TRAP: u8 = 134;

/// The failure of a run.
pub(crate) struct Failure {
    /// The process' exit code.
    exit: u8,
    /// The message for the user; `None` if the guest chose the exit code.
    message: Option<String>,
}

impl Failure {
    /// A failure with a text, or with numbers in builds without texts.
    fn new(exit: u8, codes: impl FnOnce() -> Vec<Code>, text: impl FnOnce() -> String) -> Failure {
        let numbers = || {
            let mut codes = codes();
            codes.dedup();
            codes.iter().map(Code::to_string).collect::<Vec<_>>().join(" ")
        };
        Failure { exit, message: Some(if cfg!(feature = "messages") { text() } else { numbers() }) }
    }

    /// A failure of the runner itself.
    pub(crate) fn own(code: Code, text: impl FnOnce() -> String) -> Failure {
        Failure::new(OWN, || vec![code], text)
    }

    /// The failure to start a thread.
    #[cfg(any(feature = "limits", feature = "wasi-any"))]
    pub(crate) fn thread(reason: &dyn Display) -> Failure {
        Failure::own(Code::Thread, || {
            format!("can't start a thread, see `ulimit -u` and the limits of the container: {reason}")
        })
    }

    /// A bug of the runner, which was reported already.
    pub(crate) fn bug() -> Failure {
        Failure { exit: OWN, message: None }
    }

    /// An artifact that was not opened.
    pub(crate) fn open(path: &Path, error: OpenError) -> Failure {
        match error {
            #[cfg(feature = "describe")]
            OpenError::Io { ref source, .. } if source.kind() == ErrorKind::NotFound => {
                Failure::own(Code::Io, || missing(path))
            }
            OpenError::Io { .. } => Failure::own(Code::Io, || error.to_string()),
            _ => {
                let failure =
                    Failure::new(REFUSED, || error.codes(), || format!("`{}`: {error}", path.display()));
                match is_for_full(&error) {
                    // As far in as the reasons, which would go further in otherwise.
                    true => failure.with_hint(&["  ", RUNNER_HINT].concat()),
                    false => failure,
                }
            }
        }
    }

    /// An artifact that was refused for a limit.
    #[cfg(feature = "limits")]
    pub(crate) fn refused(path: &Path, code: Code, why: impl FnOnce() -> String) -> Failure {
        Failure::new(REFUSED, || vec![code], || format!("`{}`: {}", path.display(), why()))
    }

    /// The end of the guest's time.
    pub(crate) fn timeout(text: impl FnOnce() -> String) -> Failure {
        Failure::new(TIMEOUT, || vec![Code::Timeout], text)
    }

    /// Returns true if the runner failed, and not the guest.
    #[cfg(feature = "limits")]
    pub(crate) fn is_own(&self) -> bool {
        self.exit == OWN
    }

    /// Returns true if the guest trapped.
    #[cfg(all(feature = "describe", not(feature = "addr2line")))]
    pub(crate) fn is_trap(&self) -> bool {
        self.exit == TRAP
    }

    /// The failure, with a further way out, where there are texts.
    pub(crate) fn with_hint(self, hint: &str) -> Failure {
        let message =
            |message| if cfg!(feature = "messages") { format!("{message}\n{hint}") } else { message };
        Failure { message: self.message.map(message), ..self }
    }

    /// The failure of what an option names.
    #[cfg(feature = "preload")]
    pub(crate) fn of(self, option: &str) -> Failure {
        let is_text = cfg!(feature = "messages");
        let message = |message| if is_text { format!("`{option}`: {message}") } else { message };
        Failure { message: self.message.map(message), ..self }
    }

    /// The message, or the exit code where there is none.
    #[cfg(any(feature = "plugin", feature = "serve"))]
    pub(crate) fn text(&self) -> String {
        self.message.clone().unwrap_or_else(|| format!("exit code {}", self.exit))
    }

    /// Prints the message, and returns the exit code.
    pub(crate) fn report(self) -> u8 {
        if let Some(message) = self.message {
            // If the message can't be written, there is still the exit code.
            let mut stderr = std::io::stderr();
            // Names in an artifact may contain any characters.
            let _ = writeln!(stderr, "error: {}", EscapedLines(&message));
        }
        self.exit
    }

    /// Prints the message, but waits no longer than this for somebody to read it. Returns the exit code.
    #[cfg(feature = "limits")]
    pub(crate) fn report_within(self, time: Duration) -> u8 {
        let code = self.exit;
        let (reported, report) = mpsc::channel();
        let print = move || {
            self.report();
            reported.send(())
        };
        // Without a thread for the message, there is still the exit code.
        if thread::Builder::new().spawn(print).is_ok() {
            let _ = report.recv_timeout(time);
        }
        code
    }

    /// The exit code that the guest chose.
    #[cfg(any(feature = "wasi-any", feature = "plugin"))]
    pub(crate) fn exit(exit: u8) -> Failure {
        Failure { exit, message: None }
    }

    /// The result of a measured call, whose output is discarded: the exit code 0 is a success.
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

    /// A program that was not linked or instantiated.
    #[cfg(any(
        feature = "wasi",
        feature = "wasi-lean",
        feature = "preload",
        feature = "plugin",
        feature = "component-model"
    ))]
    pub(crate) fn link(error: LinkError) -> Failure {
        match error {
            LinkError::OtherEngine { .. } | LinkError::OtherKind { .. } => {
                Failure::own(error.code(), || error.to_string())
            }
            LinkError::Wasmtime(error) => Failure::guest(error),
        }
    }

    /// The error of a call of the guest.
    pub(crate) fn guest(error: wasmtime::Error) -> Failure {
        #[cfg(feature = "code-offsets")]
        if let Some(lines) = crate::code_offsets::lines(&error) {
            return Failure::of_guest(error).with_hint(&lines);
        }
        Failure::of_guest(error)
    }

    fn of_guest(error: wasmtime::Error) -> Failure {
        // An operating system keeps the low byte.
        #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            return Failure::exit(exit.0 as u8);
        }
        #[cfg(feature = "wasi-lean")]
        if let Some(exit) = error.downcast_ref::<precompile_wasi::Exit>() {
            return Failure::exit(exit.0 as u8);
        }
        #[cfg(feature = "plugin")]
        if let Some(exit) = error.downcast_ref::<crate::plugin::Exit>() {
            return Failure::exit(exit.0 as u8);
        }
        match error.downcast_ref::<Trap>().copied() {
            Some(Trap::Interrupt) => Failure::timeout(|| format!("the guest did not end in time: {error:?}")),
            Some(trap @ Trap::OutOfFuel) => {
                let text = || format!("the guest used up the fuel that `--fuel` gives it: {error:?}");
                Failure::new(TRAP, || vec![Code::Trap(trap as u8)], text)
            }
            None if is_out_of_space(&error) => Failure::own(Code::AddressSpace, || {
                format!(
                    "too little address space for the guest's memories, see `ulimit -v`: {error:#}; \
                     compile with `-O small-memories`, which is `-O memory-reservation=0,\
                     memory-reservation-for-growth=1MiB,memory-guard-size=64KiB`"
                )
            }),
            None if !error.is::<WasmBacktrace>() => {
                Failure::own(Code::NotInstantiated, || format!("{error:?}"))
            }
            trap => {
                // An error with a backtrace but no trap: the host ended a call of the guest's, such as one with flags
                // that don't exist.
                let code = trap.map_or(Code::HostCall, |trap| Code::Trap(trap as u8));
                Failure::new(TRAP, || vec![code], || format!("the guest trapped: {error:?}"))
            }
        }
    }
}

/// Returns true if a reason against an artifact is one that the runner with all features doesn't have.
fn is_for_full(error: &OpenError) -> bool {
    let helps = |reasons: &[Mismatch]| reasons.iter().any(|reason| reason.full_helps);
    match error {
        OpenError::Mismatch(reasons) => cfg!(feature = "messages") && helps(reasons),
        #[cfg(feature = "fat")]
        OpenError::NoSlice(slices) => {
            cfg!(feature = "messages") && slices.iter().any(|slice| helps(&slice.mismatches))
        }
        #[cfg(not(feature = "fat"))]
        OpenError::Read(ReadError::Fat) => cfg!(feature = "messages"),
        _ => false,
    }
}

/// The message about an artifact that isn't there, with the file beside it that was probably meant. Small runners
/// do without.
#[cfg(feature = "describe")]
fn missing(path: &Path) -> String {
    let is_artifact = path.extension().is_some_and(|extension| extension == "cwasm");
    let stem = if is_artifact { path.with_extension("") } else { path.into() };
    let (artifact, module) = (stem.with_added_extension("cwasm"), stem.with_added_extension("wasm"));
    let remedy = match (artifact.exists(), module.exists()) {
        (true, _) => format!("; did you mean `{}`?", artifact.display()),
        (_, true) => format!(": make it with `precompile {}`", module.display()),
        _ if cfg!(not(feature = "serve")) && path.as_os_str() == "serve" => {
            format!(", and this build has no server: use one with the feature `serve`; {RUNNER_HINT}")
        }
        _ => String::new(),
    };
    format!("`{}`: there is no such file{remedy}", path.display())
}

/// Returns true if the system has no more address space for the process.
#[cfg(unix)]
fn is_out_of_space(error: &wasmtime::Error) -> bool {
    use rustix::io::Errno;
    error.root_cause().downcast_ref() == Some(&Errno::NOMEM)
}

#[cfg(not(unix))]
fn is_out_of_space(_: &wasmtime::Error) -> bool {
    false
}
