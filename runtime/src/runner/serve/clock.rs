//! The clock of the server. At each tick a guest that runs gives way to others, and ends if its time is up.

use super::overdue::Watch;
use crate::failure::Failure;
use precompile_runtime::Runtime;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The time between two ticks.
const TICK: Duration = Duration::from_millis(10);

/// The ends of the server that the clock sees. Guests may have all threads of the executor, whose timers stand still then,
/// so the clock has a thread of its own.
#[derive(Default)]
pub(super) struct Ends {
    /// Notified of a signal.
    pub(super) signal: Notify,
    /// Notified of a guest that doesn't end. A while later the process ends in any case.
    pub(super) stuck: Notify,
    /// Notified when the time for the last answers is over.
    over: Notify,
    last: OnceLock<Instant>,
}

impl Ends {
    /// Waits for this time, which is that of the last answers.
    pub(super) async fn last(&self, time: Duration) {
        // A server waits once. A time that no clock reaches is none.
        if let Some(last) = Instant::now().checked_add(time) {
            let _ = self.last.set(last);
        }
        self.over.notified().await;
    }
}

/// Starts the clock, for the rest of the process, with the flag that a signal sets.
///
/// # Errors
///
/// If no thread can be started.
pub(super) fn start(runtime: &Arc<Runtime>, signal: Arc<AtomicBool>) -> Result<Arc<Ends>, Failure> {
    let (runtime, ends) = (Arc::clone(runtime), Arc::new(Ends::default()));
    let (seen, mut watch) = (Arc::clone(&ends), Watch::default());
    let tick = move || {
        loop {
            thread::sleep(TICK);
            runtime.increment_epoch();
            // Each is noted until it is waited for.
            if signal.load(Ordering::Relaxed) {
                seen.signal.notify_one();
            }
            if watch.has_found() {
                seen.stuck.notify_one();
            }
            if seen.last.get().is_some_and(|last| Instant::now() >= *last) {
                seen.over.notify_one();
            }
        }
    };
    thread::Builder::new().name("clock".into()).spawn(tick).map_err(|error| Failure::thread(&error))?;
    Ok(ends)
}
