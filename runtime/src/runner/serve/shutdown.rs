//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The flag that the first signal sets from now on, so that requests end. The second one ends the process, with the exit
/// code that a shell reports.
///
/// As process 1 the server ends by all signals that end others.
///
/// # Errors
///
/// If the system refuses it.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let own = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];
    let own = if std::process::id() == 1 { &own[..] } else { &own[..2] };
    register(own).map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))
}

fn register(signals: &[c_int]) -> io::Result<Arc<AtomicBool>> {
    let has_come = Arc::new(AtomicBool::new(false));
    for &signal in signals {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&has_come))?;
        flag::register(signal, Arc::clone(&has_come))?;
    }
    Ok(has_come)
}
