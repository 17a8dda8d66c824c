//! Guests that go on after their time, because nothing can interrupt them.

use super::no_answer::NoAnswer;
use crate::failure::Failure;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

/// The time after a deadline by which every guest that can be interrupted has given its thread back.
const GRACE: Duration = Duration::from_secs(2);
/// The time for other requests to end, before the process does.
const LAST: Duration = Duration::from_secs(10);
/// The time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// The guests with a deadline.
static GUESTS: Mutex<Vec<Weak<Turn>>> = Mutex::new(Vec::new());

/// The turn of a guest on a thread.
struct Turn {
    deadline: Instant,
    /// The start of the turn, while it lasts.
    began: Mutex<Option<Instant>>,
}

impl Turn {
    fn set(&self, began: Option<Instant>) {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = began;
    }

    /// Returns true if the guest has had its thread for long after its deadline.
    fn is_stuck(&self, now: Instant) -> bool {
        let began = *self.began.lock().unwrap_or_else(PoisonError::into_inner);
        // A process that was stopped goes on where it was, so that the turn alone doesn't count.
        began.is_some_and(|began| now.saturating_duration_since(began.max(self.deadline)) > GRACE)
    }
}

/// Runs a guest's work until its deadline. `is_late` is called before the work is dropped.
pub(super) async fn until<R>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<R, NoAnswer>>,
    is_late: impl FnOnce(),
) -> Result<R, NoAnswer> {
    let Some(deadline) = deadline else { return work.await };
    let turn = Arc::new(Turn { deadline, began: Mutex::new(None) });
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
        turn.set(Some(now));
        let polled = work.as_mut().poll(context);
        turn.set(None);
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
                std::process::exit(failure().report_within(GRACE).into());
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
    guests.iter().filter_map(Weak::upgrade).any(|turn| turn.is_stuck(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_turn_that_lasts_is_stuck() {
        let now = Instant::now();
        let ago = |seconds| now - Duration::from_secs(seconds);
        for (deadline, began, is_stuck) in [
            (ago(60), None, false),
            (ago(60), Some(ago(1)), false),
            (ago(60), Some(ago(3)), true),
            (ago(1), Some(ago(60)), false),
            (ago(3), Some(ago(60)), true),
        ] {
            let turn = Turn { deadline, began: Mutex::new(began) };
            assert_eq!(turn.is_stuck(now), is_stuck, "{deadline:?} {began:?}");
        }
    }
}
