//! Ctrl-C, SIGTERM and SIGHUP: the command ends at once, and leaves no half-written file.

use precompile::cache::Store;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

/// What a shell reports for a command that Ctrl-C ended: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// Who writes files holds it shared; the end of the process holds it alone.
static WRITING: RwLock<()> = RwLock::new(());
/// The caches that are written to.
static STORES: Mutex<Vec<Store>> = Mutex::new(Vec::new());
/// What is removed at the end of the process.
static REMOVED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Has an interrupt end the process with 130, between two writes. To be called before the first of them, as often as
/// there may be one.
///
/// # Errors
///
/// Where the system gives no handler.
pub(crate) fn install() -> Result<(), ctrlc::Error> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if *installed {
        return Ok(());
    }
    ctrlc::set_handler(|| {
        let _alone = WRITING.write().unwrap_or_else(PoisonError::into_inner);
        let stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        let _stopped: Vec<_> = stores.iter().map(Store::stop).collect();
        if let Some(folder) = REMOVED.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // It is in the system's folder for such files, which is cleared anyway.
            let _ = std::fs::remove_dir_all(folder);
        }
        std::process::exit(INTERRUPTED);
    })?;
    *installed = true;
    Ok(())
}

/// Has an interrupt leave nothing half-written in this cache, either.
pub(crate) fn protect(store: &Store) {
    STORES.lock().unwrap_or_else(PoisonError::into_inner).push(store.clone());
}

/// Has an interrupt remove this folder, whose owner it ends.
pub(crate) fn remove(folder: &Path) {
    *REMOVED.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder.into());
}

/// While this is held, an interrupt waits.
pub(crate) fn hold_off() -> RwLockReadGuard<'static, ()> {
    WRITING.read().unwrap_or_else(PoisonError::into_inner)
}
