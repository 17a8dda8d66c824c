//! Ctrl-C, SIGTERM and SIGHUP: the command ends at once, and leaves no half-written file.

use anyhow::{Context, Result};
use precompile::cache::Store;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread;
use std::time::Duration;

/// What a shell reports for a command that Ctrl-C ended: 128 and the signal's number.
const INTERRUPTED: i32 = 130;
/// Longer than a write takes, where the file system isn't stuck.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who writes files holds it shared; the end of the process holds it alone.
static WRITING: RwLock<()> = RwLock::new(());
/// The caches that are written to.
static STORES: Mutex<Vec<Store>> = Mutex::new(Vec::new());
/// What is removed at the end of the process.
static REMOVED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Has an interrupt end the process with 130, between two writes. To be called before the first of them, as often as
/// there may be one. A signal that was ignored when the process started stays ignored, as under `nohup` and in the
/// background of a script.
///
/// Where no thread can be started that would wait for it, the system's own action stays.
///
/// # Errors
///
/// Where the system gives no handler.
pub(crate) fn install() -> Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if *installed {
        return Ok(());
    }
    listen(interrupted).context("can't wait for signals")?;
    *installed = true;
    Ok(())
}

/// Ends the process when what is being written is whole; at a second signal, or where a file system takes longer, at
/// once: what is written by way of a temporary file isn't there then, or as it was.
fn interrupted() {
    static BEFORE: AtomicBool = AtomicBool::new(false);
    if BEFORE.swap(true, Relaxed) {
        std::process::exit(INTERRUPTED);
    }
    let start = |name: &str, act: fn()| thread::Builder::new().name(name.into()).spawn(act);
    let late = start("late", || {
        thread::sleep(PATIENCE);
        std::process::exit(INTERRUPTED);
    });
    if late.is_err() || start("end", end).is_err() {
        end();
    }
}

/// Ends the process between two writes.
fn end() {
    let _alone = WRITING.write().unwrap_or_else(PoisonError::into_inner);
    let stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
    let _stopped: Vec<_> = stores.iter().map(Store::stop).collect();
    if let Some(folder) = REMOVED.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // It is in the system's folder for such files, which is cleared anyway.
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(INTERRUPTED);
}

#[cfg(unix)]
fn listen(interrupted: fn()) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::sync::mpsc;
    let ignored = ignored();
    let signals =
        [SIGINT, SIGTERM, SIGHUP].into_iter().filter(move |signal| ignored & 1 << (signal - 1) == 0);
    let (sender, installed) = mpsc::sync_channel(1);
    // The thread first: a signal that is caught and that nobody hears of would be lost.
    let wait = move || match Signals::new(signals) {
        Ok(mut signals) => {
            let _ = sender.send(Ok(()));
            signals.forever().for_each(|_| interrupted());
        }
        Err(error) => drop(sender.send(Err(error))),
    };
    match thread::Builder::new().name("interrupt".into()).spawn(wait) {
        Ok(_) => Ok(installed.recv()??),
        Err(_) => Ok(()),
    }
}

/// A bit for each signal that this process ignores, from 1 on, where the system tells. Process 1 of a container
/// ignores none: nothing else would end it.
#[cfg(unix)]
fn ignored() -> u64 {
    if std::process::id() == 1 {
        return 0;
    }
    let mask = crate::process_status::field("SigIgn");
    mask.and_then(|mask| u64::from_str_radix(&mask, 16).ok()).unwrap_or(0)
}

#[cfg(not(unix))]
fn listen(interrupted: fn()) -> Result<()> {
    Ok(ctrlc::set_handler(interrupted)?)
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
