//! Ctrl-C, SIGTERM and SIGHUP: the command ends at once, and leaves no half-written file.

use anyhow::{Context, Result};
use precompile::cache::Store;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread;
use std::time::Duration;

/// The exit code after an interrupt, as shells report Ctrl-C: 128 and the signal's number.
const INTERRUPTED: i32 = 130;
/// The time to wait for a write to end: longer than a write takes, unless the file system is stuck.
const PATIENCE: Duration = Duration::from_secs(2);

/// The lock on writing files: each write holds it shared, the end of the process holds it alone.
static WRITING: RwLock<()> = RwLock::new(());
/// The caches that are written to.
static STORES: Mutex<Vec<Store>> = Mutex::new(Vec::new());
/// The folder that is removed at the end of the process.
static REMOVED: Mutex<Option<PathBuf>> = Mutex::new(None);
/// The deed that is left for then.
static LAST: Mutex<Option<Last>> = Mutex::new(None);

/// A deed at the end of the process, which takes at most a second.
type Last = Box<dyn FnOnce() + Send>;

/// Has an interrupt end the process with 130, between two writes. Call it before any write that may be the first. A
/// signal that was ignored when the process started stays ignored, as under `nohup` and in the background of a
/// script.
///
/// If no thread can be started to wait for signals, the system's own action stays.
///
/// # Errors
///
/// If the system refuses a handler.
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

/// Ends the process once all writes in progress are done; at once at a second signal, or where a file system takes
/// longer. An output that is written by way of a temporary file is then absent, or as it was.
///
/// If no thread can be started, this one waits for the writes, and sees no second signal: its handler does.
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
        // A folder that can't be removed is among the system's temporary files, which are cleared anyway.
        let _ = std::fs::remove_dir_all(folder);
    }
    if let Some(last) = LAST.lock().unwrap_or_else(PoisonError::into_inner).take() {
        last();
    }
    std::process::exit(INTERRUPTED);
}

#[cfg(unix)]
fn listen(interrupted: fn()) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;
    use std::sync::mpsc;
    /// A signal was caught.
    static CAUGHT: AtomicBool = AtomicBool::new(false);
    let ignored = ignored();
    let signals =
        [SIGINT, SIGTERM, SIGHUP].into_iter().filter(move |signal| ignored & 1 << (signal - 1) == 0);
    let (sender, installed) = mpsc::sync_channel(1);
    let handle = move || -> std::io::Result<Signals> {
        for signal in signals.clone() {
            // The handler itself ends the process at a second signal, whatever the threads do.
            flag::register_conditional_shutdown(signal, INTERRUPTED, &CAUGHT)?;
            flag::register(signal, &CAUGHT)?;
        }
        Signals::new(signals)
    };
    // The thread comes first: a signal that is caught before anybody waits for it would be lost.
    let wait = move || match handle() {
        Ok(mut signals) => {
            let _ = sender.send(Ok(()));
            // It was caught before `Signals` was there to tell of it.
            if CAUGHT.load(Relaxed) {
                interrupted();
            }
            signals.forever().for_each(|_| interrupted());
        }
        Err(error) => drop(sender.send(Err(error))),
    };
    match thread::Builder::new().name("interrupt".into()).spawn(wait) {
        Ok(_) => Ok(installed.recv()??),
        Err(_) => Ok(()),
    }
}

/// A bit for each signal that this process ignores, from signal 1 on, where the system tells. For process 1 of a
/// container it is 0, as nothing else would end that process.
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

/// Has an interrupt leave nothing half-written in this cache.
pub(crate) fn protect(store: &Store) {
    STORES.lock().unwrap_or_else(PoisonError::into_inner).push(store.clone());
}

/// Has an interrupt remove this folder.
pub(crate) fn remove(folder: &Path) {
    *REMOVED.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder.into());
}

/// Has an interrupt do this before the process ends.
#[cfg(feature = "remote-exec")]
pub(crate) fn at_end(last: Last) {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
}

/// Holds an interrupt off while the returned guard lives.
pub(crate) fn hold_off() -> RwLockReadGuard<'static, ()> {
    WRITING.read().unwrap_or_else(PoisonError::into_inner)
}
