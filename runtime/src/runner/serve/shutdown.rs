//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// A flag that a signal sets. While it is set, a signal ends the process, with the exit code that a shell reports. It is
/// set at first: what takes long at the start is not waited for. The server clears it before it serves, so that the first
/// signal lets requests end, and the second one doesn't wait.
pub(super) type Flag = Arc<AtomicBool>;

/// A flag that another thread may still be making, as the system takes its time to tell which signals are ignored.
pub(super) enum Asked {
    Made(io::Result<Flag>),
    Pending(JoinHandle<io::Result<Flag>>),
}

impl Asked {
    /// Has an executor's thread make the flag. As process 1 it is made at once: the system would drop a signal before.
    pub(super) fn new(executor: &Runtime) -> Asked {
        match std::process::id() {
            1 => Asked::Made(flag()),
            _ => Asked::Pending(executor.spawn(async { flag() })),
        }
    }

    /// The flag.
    ///
    /// # Errors
    ///
    /// If the system refuses it.
    pub(super) fn answer(self, executor: &Runtime) -> Result<Flag, Failure> {
        let made = match self {
            Asked::Made(made) => made,
            Asked::Pending(pending) => executor.block_on(pending).map_err(io::Error::from).flatten(),
        };
        made.map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))
    }
}

/// A flag for the signals that end the server: as process 1 for all that end others. Otherwise those that are ignored
/// stay ignored, as for a command that a shell starts in the background.
fn flag() -> io::Result<Flag> {
    let all = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];
    let (own, ignored) = if std::process::id() == 1 { (&all[..], 0) } else { (&all[..2], ignored()) };
    let has_come = Arc::new(AtomicBool::new(true));
    for &signal in own.iter().filter(|signal| ignored & 1 << (**signal - 1) == 0) {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&has_come))?;
        flag::register(signal, Arc::clone(&has_come))?;
    }
    Ok(has_come)
}

/// A bit for each signal that this process ignores, from signal 1 on, where the system tells.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
