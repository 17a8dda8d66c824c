//! Ends by signals.

use crate::failure::Failure;

/// Has the signals that end a process end process 1 of a container, too: the system ignores those for which it has
/// set no action. The exit code is the one that a shell reports for such an end.
///
/// Any other process is left the actions that it was started with: what is ignored then stays ignored.
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

/// There are no signals.
#[cfg(not(unix))]
pub(crate) fn end_process() -> Result<(), Failure> {
    Ok(())
}
