//! An end by SIGTERM.

use crate::failure::Failure;

/// Has SIGTERM end this process, with the exit code that a shell reports for it.
///
/// That is not left to the system, because it ignores the signal where it is process 1 of a
/// container that has set no action for it.
#[cfg(unix)]
pub(crate) fn end_process() -> Result<(), Failure> {
    use precompile_runtime::artifact::Code;
    use signal_hook::consts::SIGTERM;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    signal_hook::flag::register_conditional_shutdown(SIGTERM, 128 + SIGTERM, Arc::new(AtomicBool::new(true)))
        .map(|_| ())
        .map_err(|error| Failure::own(Code::Sigterm, || format!("can't wait for SIGTERM: {error}")))
}

/// There is no SIGTERM.
#[cfg(not(unix))]
pub(crate) fn end_process() -> Result<(), Failure> {
    Ok(())
}
