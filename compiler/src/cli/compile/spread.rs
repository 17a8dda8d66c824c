//! The jobs of a batch, each once its estimated memory fits into a budget.

use crate::compile::job::Job;
use crate::compile::mem_budget::{MemBudget, input_peak};
use crate::compile::room::Room;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::VecDeque;

/// The number of waiting jobs that are looked at for one that fits.
const MOST_LOOKED_AT: usize = 1000;

/// Attempts the jobs in their order, each once a thread is free and its estimated memory fits. A smaller one overtakes
/// one that doesn't fit yet.
pub(super) fn spread<'a>(
    budget: MemBudget,
    jobs: Vec<&'a Job>,
    threads: usize,
    attempt: &(impl Fn(&'a Job) + Sync),
) {
    let whole = budget.for_modules();
    let room = Room::new(whole, threads);
    // One that is too large even alone waits for all others, and then is refused by what it holds.
    let sized: Vec<_> =
        jobs.into_par_iter().map(|job| (job, input_peak(&job.limits, &job.input).min(whole))).collect();
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
