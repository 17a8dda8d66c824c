//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use tokio::sync::Notify;

/// Waits for signals from now on, in a thread of their own: guests may have all threads of the executor. The first one is
/// notified, and lets requests end. The second one ends the process, with the exit code that a shell reports.
///
/// As process 1 the server ends by all signals that end others.
///
/// # Errors
///
/// If the system refuses it.
pub(super) fn wait() -> Result<Arc<Notify>, Failure> {
    let own = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];
    let own = if std::process::id() == 1 { &own[..] } else { &own[..2] };
    let signals = end_by_second(own).and_then(|()| Signals::new(own));
    let mut signals =
        signals.map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))?;
    let shutdown = Arc::new(Notify::new());
    let notified = Arc::clone(&shutdown);
    let wait = move || {
        if signals.forever().next().is_some() {
            notified.notify_one();
        }
    };
    thread::Builder::new().name("signals".into()).spawn(wait).map_err(|error| Failure::thread(&error))?;
    Ok(shutdown)
}

/// Has the second of these signals end the process.
fn end_by_second(signals: &[c_int]) -> io::Result<()> {
    let has_come = Arc::new(AtomicBool::new(false));
    for &signal in signals {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&has_come))?;
        flag::register(signal, Arc::clone(&has_come))?;
    }
    Ok(())
}
