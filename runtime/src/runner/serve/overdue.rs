//! Guests that go on after their time, because nothing can interrupt them.

use crate::failure::Failure;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The time after a deadline by which every guest that can be interrupted has ended.
const GRACE: Duration = Duration::from_secs(2);
/// The time for other requests to end, before the process does.
const LAST: Duration = Duration::from_secs(10);
/// The time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// The deadlines of the guests that work.
static DEADLINES: Mutex<Vec<Instant>> = Mutex::new(Vec::new());

/// A guest that works until it is dropped. One that runs its own code can't be dropped.
pub(super) struct Overdue(Instant);

impl Overdue {
    /// Watches a guest.
    pub(super) fn watch(deadline: Instant) -> Overdue {
        DEADLINES.lock().unwrap_or_else(PoisonError::into_inner).push(deadline);
        Overdue(deadline)
    }
}

impl Drop for Overdue {
    fn drop(&mut self) {
        let mut deadlines = DEADLINES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = deadlines.iter().position(|deadline| *deadline == self.0) {
            deadlines.swap_remove(at);
        }
    }
}

/// Ends the server if a guest doesn't end: the result is notified, and a while later the process ends in any case. Such
/// guests may have all threads of the executor, so the watch has one of its own.
///
/// # Errors
///
/// If no thread can be started.
pub(super) fn watch_all() -> Result<Arc<Notify>, Failure> {
    let stuck = Arc::new(Notify::new());
    let notified = Arc::clone(&stuck);
    let watch = move || {
        while !is_any() {
            thread::sleep(LOOK);
        }
        notified.notify_one();
        thread::sleep(LAST);
        std::process::exit(failure().report().into());
    };
    thread::Builder::new().name("overdue".into()).spawn(watch).map_err(|error| Failure::thread(&error))?;
    Ok(stuck)
}

/// The end of a server with a guest that doesn't end.
pub(super) fn failure() -> Failure {
    Failure::timeout(|| {
        "a guest goes on after its time, and nothing can interrupt it, so the server ends: compile with \
         `-W epoch-interruption`, or leave out `--timeout`"
            .into()
    })
}

/// Returns true if a guest doesn't end.
fn is_any() -> bool {
    let deadlines = DEADLINES.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    deadlines.iter().any(|deadline| now.saturating_duration_since(*deadline) > GRACE)
}
