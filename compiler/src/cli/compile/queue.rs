//! The queue: the amount of input left to compile, and the number of threads for it.

use std::sync::atomic::{AtomicU64, Ordering};

/// A module is shared among the threads once the bytes left are at most this many times its size for each thread.
const SHARE_FACTOR: u64 = 4;

/// The amount of input left to compile.
pub(crate) struct Queue {
    bytes: AtomicU64,
    threads: u64,
}

impl Queue {
    /// A queue of inputs with this many bytes in total.
    pub(crate) fn new(bytes: u64, threads: usize) -> Queue {
        Queue { bytes: AtomicU64::new(bytes), threads: threads as u64 }
    }

    /// Takes an input of this size from the queue. Returns `true` where the threads are to share it.
    ///
    /// While enough is left, each thread has a module of its own: a thread that waited for another's part would
    /// begin a second module on top of the first, and keep both in memory.
    pub(crate) fn take(&self, bytes: u64) -> bool {
        let before = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            // A postponed input is taken twice.
            Some(left.saturating_sub(bytes))
        });
        let left = before.unwrap_or_else(|left| left).saturating_sub(bytes);
        left <= bytes.saturating_mul(self.threads * SHARE_FACTOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_last_modules_are_shared() {
        let queue = Queue::new(1000 + 20 * 10, 2);
        assert!(queue.take(1000), "the others are done long before");
        let shared: Vec<bool> = (0..20).map(|_| queue.take(10)).collect();
        assert_eq!(shared.iter().filter(|shared| **shared).count(), 9, "{shared:?}");
        assert!(shared.is_sorted(), "the last ones are: {shared:?}");
    }

    #[test]
    fn a_single_module_is_shared() {
        for bytes in [0, 1, u64::MAX] {
            assert!(Queue::new(bytes, 256).take(bytes));
        }
        let queue = Queue::new(10, 1);
        assert!(queue.take(10));
        assert!(queue.take(10), "it was put off");
    }
}
