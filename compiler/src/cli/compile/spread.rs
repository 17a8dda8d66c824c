//! The jobs of a batch, each once its estimated memory fits into a budget.

use crate::compile::job::Job;
use crate::compile::mem_budget::{MemBudget, peak};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The number of waiting jobs that are looked at for one that fits.
const MOST_LOOKED_AT: usize = 1000;

/// The room that the jobs under way leave.
struct Room {
    free: Mutex<Free>,
    changed: Condvar,
}

struct Free {
    bytes: u64,
    threads: usize,
}

/// The room of a job, until it is dropped.
struct Taken<'a> {
    room: &'a Room,
    bytes: u64,
}

impl Room {
    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one of these fits, and takes its room.
    fn take(&self, peaks: impl Iterator<Item = u64> + Clone) -> (usize, Taken<'_>) {
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
        self.room.changed.notify_one();
    }
}

/// Attempts the jobs in their order, each once a thread is free and its estimated memory fits. A smaller one overtakes
/// one that doesn't fit yet.
pub(super) fn spread<'a>(
    budget: MemBudget,
    jobs: Vec<&'a Job>,
    threads: usize,
    attempt: &(impl Fn(&'a Job) + Sync),
) {
    let whole = budget.for_modules();
    let room = Room { free: Mutex::new(Free { bytes: whole, threads }), changed: Condvar::new() };
    // One that is too large even alone waits for all others, and then is refused by what it holds.
    let sized: Vec<_> = jobs.into_par_iter().map(|job| (job, job_peak(job).min(whole))).collect();
    let mut waiting: VecDeque<(&Job, u64)> = sized.into();
    // None of the threads waits: it might have begun a job whose parts it would have to go on with.
    rayon::in_place_scope_fifo(|scope| {
        while !waiting.is_empty() {
            let (which, taken) = room.take(waiting.iter().take(MOST_LOOKED_AT).map(|(_, peak)| *peak));
            let Some((job, _)) = waiting.remove(which) else { break };
            scope.spawn_fifo(move |_| {
                let _taken = taken;
                attempt(job);
            });
        }
    });
}

/// The estimated memory of a job, in bytes. Of a stream nothing is known, so it takes all.
pub(crate) fn job_peak(job: &Job) -> u64 {
    let input = &job.input;
    if input.is_stream {
        return u64::MAX;
    }
    // What can't be read fails soon.
    input.code_size().map_or(0, |code| peak(&job.limits, input.bytes, code))
}
