//! The parts of an input, and the threads that take them.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};

/// The size of a part in bytes: a power of two, so that each but the last is a subtree of BLAKE3's tree.
pub const PART_BYTES: u64 = 1 << 20;
/// The size in bytes of the buffer by which a file is read: it fits the processor's caches. A larger one takes longer: its
/// memory is new to the process.
pub const BUFFER_BYTES: usize = 64 << 10;
/// More threads would wait for memory.
const MAX_THREADS: u64 = 8;

/// The results of a function for each part of an input of this length, in the order of the parts. Each thread makes a state
/// for its parts, such as a buffer.
///
/// # Errors
///
/// The error of one part, if there is one. The others may have been done.
///
/// # Panics
///
/// If the function panics.
pub(crate) fn each_part<S, T: Send, E: Send>(
    bytes: u64,
    state: impl Fn() -> S + Sync,
    function: impl Fn(&mut S, Range<u64>) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let count = bytes.div_ceil(PART_BYTES);
    let next = AtomicU64::new(0);
    let work = || -> Result<Vec<(u64, T)>, E> {
        let (mut state, mut results) = (state(), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(results);
            }
            let start = number * PART_BYTES;
            results.push((number, function(&mut state, start..bytes.min(start + PART_BYTES))?));
        }
    };
    let mut results = scope(|scope| {
        let start = |_| Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<ScopedJoinHandle<_>> = (1..threads(count)).map_while(start).collect();
        let mut results = work();
        for other in others {
            let other = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            results = results.and_then(|mut results| {
                results.append(&mut other?);
                Ok(results)
            });
        }
        results
    })?;
    results.sort_unstable_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// The number of threads for so many parts.
fn threads(parts: u64) -> u64 {
    // Asked once, since the system answers by files where a container has limits.
    static PROCESSORS: OnceLock<u64> = OnceLock::new();
    match parts {
        0 | 1 => 1,
        _ => {
            let ask = || available_parallelism().map_or(1, NonZero::get) as u64;
            (*PROCESSORS.get_or_init(ask)).min(parts).min(MAX_THREADS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_parts() {
        let bytes = 9 * PART_BYTES + 3;
        let same = |(): &mut (), part| Ok::<_, ()>(part);
        let ranges = each_part(bytes, || (), same).unwrap();
        assert_eq!(ranges.first(), Some(&(0..PART_BYTES)));
        assert_eq!(ranges.last(), Some(&(9 * PART_BYTES..bytes)));
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(each_part(0, || (), same), Ok(vec![]));
    }

    #[test]
    fn an_error_of_a_part_is_the_callers() {
        let function =
            |(): &mut (), part: Range<u64>| if part.start == PART_BYTES { Err("second") } else { Ok(()) };
        assert_eq!(each_part(5 * PART_BYTES, || (), function), Err("second"));
    }
}
