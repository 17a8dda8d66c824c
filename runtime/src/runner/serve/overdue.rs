//! Guests that go on after their time, because nothing can interrupt them.

use super::no_answer::NoAnswer;
use crate::failure::Failure;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

/// The looks, one after the other, that find a guest after its deadline within the same turn: two seconds. Every guest
/// that can be interrupted has given its thread back by then. The time itself doesn't count: that of a process that was
/// stopped goes on.
const LOOKS: u32 = 5;
/// The time for the last line on standard error.
const REPORT: Duration = Duration::from_secs(2);
/// The time for other requests to end, before the process does.
const LAST: Duration = Duration::from_secs(10);
/// The time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// The guests with a deadline.
static GUESTS: Mutex<Vec<Weak<Turn>>> = Mutex::new(Vec::new());

/// The turn of a guest on a thread.
struct Turn {
    deadline: Instant,
    /// The guest has a thread.
    lasts: AtomicBool,
    /// The looks that have found this turn after the deadline.
    late_looks: AtomicU32,
}

impl Turn {
    fn new(deadline: Instant) -> Turn {
        Turn { deadline, lasts: AtomicBool::new(false), late_looks: AtomicU32::new(0) }
    }

    fn begin(&self) {
        self.late_looks.store(0, Ordering::Relaxed);
        self.lasts.store(true, Ordering::Relaxed);
    }

    fn end(&self) {
        self.lasts.store(false, Ordering::Relaxed);
    }

    /// Looks at the turn. Returns true if the guest has had its thread for long after its deadline.
    fn is_stuck(&self, now: Instant) -> bool {
        let is_late = self.lasts.load(Ordering::Relaxed) && now >= self.deadline;
        is_late && self.late_looks.fetch_add(1, Ordering::Relaxed) + 1 >= LOOKS
    }
}

/// Runs a guest's work until its deadline. `is_late` is called before the work is dropped.
pub(super) async fn until<R>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<R, NoAnswer>>,
    is_late: impl FnOnce(),
) -> Result<R, NoAnswer> {
    let Some(deadline) = deadline else { return work.await };
    let turn = Arc::new(Turn::new(deadline));
    GUESTS.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&turn));
    let (mut work, mut end) = (pin!(work), pin!(tokio::time::sleep_until(deadline.into())));
    let mut is_late = Some(is_late);
    poll_fn(|context| {
        let now = Instant::now();
        // Both: a timer may come late.
        if now >= deadline || end.as_mut().poll(context).is_ready() {
            if let Some(is_late) = is_late.take() {
                is_late();
            }
            return Poll::Ready(Err(NoAnswer::Late));
        }
        turn.begin();
        let polled = work.as_mut().poll(context);
        turn.end();
        polled
    })
    .await
}

/// The watch over the guests with a deadline.
pub(super) struct Watch {
    /// The time of the next look.
    next: Instant,
    has_found: bool,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch { next: Instant::now() + LOOK, has_found: false }
    }
}

impl Watch {
    /// Returns true if a guest doesn't end. A while after it has found one, it ends the process.
    pub(super) fn has_found(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.next {
            if self.has_found {
                std::process::exit(failure().report_within(REPORT).into());
            }
            self.has_found = is_any();
            self.next = now + if self.has_found { LAST } else { LOOK };
        }
        self.has_found
    }
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
    let mut guests = GUESTS.lock().unwrap_or_else(PoisonError::into_inner);
    guests.retain(|turn| turn.strong_count() > 0);
    let now = Instant::now();
    // Each is looked at, whatever the others do.
    guests.iter().filter_map(Weak::upgrade).filter(|turn| turn.is_stuck(now)).count() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_turn_that_lasts_is_stuck() {
        let now = Instant::now();
        let (past, future) = (now - Duration::from_secs(60), now + Duration::from_secs(60));
        let late = Turn::new(past);
        assert!((0..2 * LOOKS).all(|_| !late.is_stuck(now)), "it waits");
        late.begin();
        assert!((1..LOOKS).all(|_| !late.is_stuck(now)));
        late.end();
        late.begin();
        assert!((1..LOOKS).all(|_| !late.is_stuck(now)), "another turn counts anew");
        assert!(late.is_stuck(now) && late.is_stuck(now));
        let in_time = Turn::new(future);
        in_time.begin();
        assert!((0..2 * LOOKS).all(|_| !in_time.is_stuck(now)));
    }
}
