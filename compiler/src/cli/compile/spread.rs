//! The jobs of a batch, each once its estimated memory fits into a budget.

use crate::compile::job::Job;
use crate::compile::mem_budget::{MemBudget, peak};
use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Condvar, Mutex, PoisonError};

/// The number of waiting jobs that are looked at for one that fits.
const MOST_LOOKED_AT: usize = 1000;

/// The part that the jobs under way leave.
struct Free {
    bytes: u64,
    threads: usize,
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
    let (free, changed) = (Mutex::new(Free { bytes: whole, threads }), Condvar::new());
    // One that is too large even alone waits for all others, and then is refused by what it holds.
    let sized = jobs.into_iter().map(|job| (job, job_peak(job).min(whole)));
    let mut waiting: VecDeque<(&Job, u64)> = sized.collect();
    rayon::in_place_scope_fifo(|scope| {
        while !waiting.is_empty() {
            let mut left = free.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = |left: &Free| {
                let mut looked_at = waiting.iter().take(MOST_LOOKED_AT);
                looked_at.position(|(_, peak)| left.threads > 0 && *peak <= left.bytes)
            };
            let next = loop {
                match fits(&left) {
                    Some(next) => break next,
                    None => left = changed.wait(left).unwrap_or_else(PoisonError::into_inner),
                }
            };
            let Some((job, peak)) = waiting.remove(next) else { break };
            left.bytes -= peak;
            left.threads -= 1;
            drop(left);
            let (free, changed) = (&free, &changed);
            scope.spawn_fifo(move |_| {
                attempt(job);
                let mut left = free.lock().unwrap_or_else(PoisonError::into_inner);
                left.bytes += peak;
                left.threads += 1;
                changed.notify_one();
            });
        }
    });
}

/// The estimated memory of a job, in bytes.
pub(crate) fn job_peak(job: &Job) -> u64 {
    match File::open(&job.input.path) {
        Ok(file) => peak(&job.limits, job.input.bytes, file),
        // It fails soon.
        Err(_) => 0,
    }
}
