//! Ending by a signal as process 1.

use crate::failure::Failure;

/// Sets actions for the signals that end a process, if this is process 1 of a container: without an action, the system
/// ignores them there. The exit code is the one that a shell reports for such an end.
///
/// Other processes keep the actions that they were started with, so ignored signals stay ignored.
#[cfg(unix)]
pub(crate) fn end_process() -> Result<(), Failure> {
    use precompile_runtime::artifact::Code;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag::register_conditional_shutdown;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    if std::process::id() != 1 {
        return Ok(());
    }
    let always = Arc::new(AtomicBool::new(true));
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
        register_conditional_shutdown(signal, 128 + signal, Arc::clone(&always))
            .map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))?;
    }
    Ok(())
}

/// Other systems have no such signals.
#[cfg(not(unix))]
pub(crate) fn end_process() -> Result<(), Failure> {
    Ok(())
}
