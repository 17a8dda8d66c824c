//! The memory that the modules under way may take together.

use crate::compile::job::Job;
use crate::units::size;
use precompile::{CodeSize, CompileError, PROCESS_BYTES, code_size, typical_peak};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::sync::{Condvar, Mutex, PoisonError};

/// The part of a module that counts as code where its code isn't known: texts are longer than what they say.
const LEAST_CODE: u64 = 8;
/// The number of waiting jobs that are looked at for one that fits.
const MOST_LOOKED_AT: usize = 1000;

/// The memory that this process may take, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct MemBudget(pub(super) u64);

/// What the jobs under way leave.
struct Free {
    bytes: u64,
    threads: usize,
}

impl MemBudget {
    /// The memory for modules.
    fn for_modules(self) -> u64 {
        self.0.saturating_sub(PROCESS_BYTES)
    }

    /// Checks that a job's module fits at least by itself.
    ///
    /// # Errors
    ///
    /// If it doesn't, an error with both figures.
    pub(super) fn check(self, job: &Job, module: &[u8]) -> Result<(), CompileError> {
        let peak = PROCESS_BYTES.saturating_add(peak(job, module.len() as u64, Cursor::new(module)));
        match peak <= self.0 {
            true => Ok(()),
            false => Err(CompileError::TooMuch(format!(
                "compiling it takes an estimated {}, and `--mem-budget` allows {}: allow more, or compile it on a machine \
                 that has more",
                size(peak),
                size(self.0)
            ))),
        }
    }

    /// Attempts the jobs in their order, each once a thread is free and its estimated memory fits. A smaller one overtakes
    /// one that doesn't fit yet.
    pub(super) fn spread<'a>(self, jobs: Vec<&'a Job>, threads: usize, attempt: &(impl Fn(&'a Job) + Sync)) {
        let whole = self.for_modules();
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
}

/// The estimated memory of a job, in bytes.
pub(crate) fn job_peak(job: &Job) -> u64 {
    match File::open(&job.input.path) {
        Ok(file) => peak(job, job.input.bytes, file),
        // It fails soon.
        Err(_) => 0,
    }
}

/// The estimated memory for a job's module, in bytes.
fn peak(job: &Job, module_bytes: u64, module: impl Read + Seek) -> u64 {
    let isolation = job.limits.isolation();
    // Nothing of an isolated module is read in this process.
    let code = if isolation.is_some() { None } else { code_size(module, false).ok() }.unwrap_or_default();
    let code = match code.bytes {
        0 => CodeSize { bytes: module_bytes / LEAST_CODE, functions: 0 },
        _ => code,
    };
    let peak = typical_peak(module_bytes, code);
    isolation.map_or(peak, |isolation| peak.saturating_add(PROCESS_BYTES).min(isolation.max_memory_bytes))
}
