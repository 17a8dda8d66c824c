//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A flag that a signal sets, from now on. While it is set, a signal ends the process, with the exit code that a shell
/// reports. It is set at first: what takes long at the start is not waited for. The server clears it before it serves, so
/// that the first signal lets requests end, and the second one doesn't wait.
///
/// As process 1 the server ends by all signals that end others. Otherwise those that are ignored stay ignored, as for a
/// command that a shell starts in the background.
///
/// # Errors
///
/// If the system refuses it.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let ignored = if std::process::id() == 1 { 0 } else { ignored() };
    let all = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];
    let own = if std::process::id() == 1 { &all[..] } else { &all[..2] };
    let own = own.iter().filter(|signal| ignored & 1 << (**signal - 1) == 0);
    register(own).map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))
}

fn register<'a>(signals: impl Iterator<Item = &'a c_int>) -> io::Result<Arc<AtomicBool>> {
    let has_come = Arc::new(AtomicBool::new(true));
    for &signal in signals {
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
