//! Waiting for locks that other processes hold, with a time limit.

use crate::error::Error;
use crate::holder::holder;
use std::collections::HashSet;
use std::fmt;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The waiting time after which the user is told.
const TELL_AFTER: Duration = Duration::from_secs(2);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The time limit for locks that other processes hold, and a callback that reports long waits. A limit is needed
/// because a process that was stopped (`SIGSTOP`) keeps its locks.
#[derive(Clone)]
pub struct Patience {
    limit: Duration,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Patience {
    /// The default limit: 30 s.
    pub const LIMIT: Duration = Duration::from_secs(30);

    /// A limit for each wait. `tell` is called with one line of text for a wait of more than two seconds.
    pub fn new(limit: Duration, tell: impl Fn(&str) + Send + Sync + 'static) -> Patience {
        // Several threads may wait for the same lock.
        let told = Mutex::new(HashSet::new());
        let tell = move |text: &str| {
            if told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
                tell(text);
            }
        };
        Patience { limit, tell: Arc::new(tell) }
    }

    /// Starts the clock: all locks of the returned wait together take no longer than the limit.
    pub(crate) fn begin(&self) -> Wait<'_> {
        Wait { patience: self, start: Instant::now(), is_told: false }
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }
}

impl Default for Patience {
    /// [`Patience::LIMIT`], without reports.
    fn default() -> Patience {
        Patience::new(Patience::LIMIT, |_| {})
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// The mode of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockMode {
    Shared,
    Exclusive,
}

impl LockMode {
    /// Locks a file if that is possible at once.
    pub(crate) fn attempt(self, file: &File, path: &Path) -> Result<bool, Error> {
        let attempt = match self {
            LockMode::Shared => file.try_lock_shared(),
            LockMode::Exclusive => file.try_lock(),
        };
        match attempt {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", path)(error)),
        }
    }
}

/// A wait for one or more locks.
pub(crate) struct Wait<'a> {
    patience: &'a Patience,
    start: Instant,
    is_told: bool,
}

impl Wait<'_> {
    /// Locks a file.
    ///
    /// # Errors
    ///
    /// [`Error::Held`] if that takes longer than the limit.
    pub(crate) fn lock(&mut self, mode: LockMode, file: &File, path: &Path) -> Result<(), Error> {
        match self.lock_within(self.patience.limit, mode, file, path)? {
            true => Ok(()),
            false => {
                Err(Error::Held { path: path.into(), holder: holder(file), waited: self.start.elapsed() })
            }
        }
    }

    /// Locks a file. Returns false if that isn't possible within this time from the start of the wait.
    pub(crate) fn lock_within(
        &mut self,
        limit: Duration,
        mode: LockMode,
        file: &File,
        path: &Path,
    ) -> Result<bool, Error> {
        let mut pause = Duration::from_millis(1);
        while !mode.attempt(file, path)? {
            let waited = self.start.elapsed();
            if waited >= limit {
                return Ok(false);
            }
            if waited >= TELL_AFTER && !self.is_told {
                self.is_told = true;
                (self.patience.tell)(&format!(
                    "waiting for {}, which holds `{}`",
                    holder(file),
                    path.display()
                ));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_limit_is_half_a_minute() {
        assert_eq!(format!("{:?}", Patience::default()), "Patience { limit: 30s, .. }");
    }
}
