//! What is left to compile, and how many threads there are for it.

use std::sync::atomic::{AtomicU64, Ordering};

/// As many times what a thread has must be left for each of the others, that a module isn't split.
const ENOUGH: u64 = 4;

/// What is left to compile.
pub(crate) struct Queue {
    bytes: AtomicU64,
    threads: u64,
}

impl Queue {
    /// Inputs of so many bytes, for so many threads.
    pub(crate) fn new(bytes: u64, threads: usize) -> Queue {
        Queue { bytes: AtomicU64::new(bytes), threads: threads as u64 }
    }

    /// Takes an input of this size from what is left. Says whether the threads are to share it.
    ///
    /// While enough is left, each has a module of its own: a thread that waited for another's part would
    /// begin a second module on top of the first, and keep both in memory.
    pub(crate) fn take(&self, bytes: u64) -> bool {
        let before = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            // What was put off is taken twice.
            Some(left.saturating_sub(bytes))
        });
        let left = before.unwrap_or_else(|left| left).saturating_sub(bytes);
        left <= bytes.saturating_mul(self.threads * ENOUGH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_or_last_is_shared() {
        let queue = Queue::new(1000 + 20 * 10, 2);
        assert!(queue.take(1000), "the others are done long before");
        let shared: Vec<bool> = (0..20).map(|_| queue.take(10)).collect();
        assert_eq!(shared.iter().filter(|shared| **shared).count(), 9, "{shared:?}");
        assert!(shared.is_sorted(), "the last ones are: {shared:?}");
    }

    #[test]
    fn one_alone_is_shared() {
        for bytes in [0, 1, u64::MAX] {
            assert!(Queue::new(bytes, 256).take(bytes));
        }
        let queue = Queue::new(10, 1);
        assert!(queue.take(10));
        assert!(queue.take(10), "it was put off");
    }
}
