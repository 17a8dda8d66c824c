//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::process::exit;
use std::sync::Arc;
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
    let signals = Signals::new(own);
    let mut signals =
        signals.map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))?;
    let shutdown = Arc::new(Notify::new());
    let notified = Arc::clone(&shutdown);
    let wait = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            notified.notify_one();
        }
        if let Some(second) = signals.next() {
            exit(128 + second);
        }
    };
    thread::Builder::new().name("signals".into()).spawn(wait).map_err(|error| Failure::thread(&error))?;
    Ok(shutdown)
}
