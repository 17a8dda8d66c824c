//! The room that jobs under way leave, of memory and threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The room that the jobs under way leave.
pub(crate) struct Room {
    free: Mutex<Free>,
    changed: Condvar,
}

struct Free {
    bytes: u64,
    threads: usize,
}

/// The room of a job, until it is dropped.
pub(crate) struct Taken<'a> {
    room: &'a Room,
    bytes: u64,
}

impl Room {
    /// Room for jobs that take so much memory together, and so many threads.
    pub(crate) fn new(bytes: u64, threads: usize) -> Room {
        Room { free: Mutex::new(Free { bytes, threads }), changed: Condvar::new() }
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one of these fits, and takes its room.
    pub(crate) fn take(&self, peaks: impl Iterator<Item = u64> + Clone) -> (usize, Taken<'_>) {
        let mut free = self.free();
        loop {
            let fitting = peaks.clone().enumerate().find(|(_, peak)| free.threads > 0 && *peak <= free.bytes);
            if let Some((which, bytes)) = fitting {
                free.bytes -= bytes;
                free.threads -= 1;
                return (which, Taken { room: self, bytes });
            }
            free = self.changed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut free = self.room.free();
        free.bytes += self.bytes;
        free.threads += 1;
        // Of several that wait, any may fit.
        self.room.changed.notify_all();
    }
}
