//! Ctrl-C, SIGTERM and SIGHUP: the command ends at once, and leaves no half-written file.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// What a shell reports for a command that Ctrl-C ended: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// Who writes files holds it shared; the end of the process holds it alone.
static WRITING: RwLock<()> = RwLock::new(());

/// Has an interrupt end the process with 130, between two writes.
///
/// # Errors
///
/// Where the system gives no handler.
pub(crate) fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        let _alone = WRITING.write().unwrap_or_else(PoisonError::into_inner);
        std::process::exit(INTERRUPTED);
    })
}

/// While this is held, an interrupt waits.
pub(crate) fn hold_off() -> RwLockReadGuard<'static, ()> {
    WRITING.read().unwrap_or_else(PoisonError::into_inner)
}
