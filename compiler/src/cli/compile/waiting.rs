//! Threads that wait for others' work, more than there are processors.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// Attempts each of these, in their order, on so many threads. Where the system has fewer threads, it takes longer.
pub(super) fn each<T: Copy + Send + Sync>(threads: usize, items: &[T], attempt: &(impl Fn(T) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
            attempt(*item);
        }
    };
    thread::scope(|scope| {
        // This thread is one of them.
        for number in 1..threads.min(items.len()) {
            let thread = thread::Builder::new().name(format!("waiting {number}"));
            if thread.spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn each_is_attempted_once() {
        for threads in [1, 3, 64] {
            let seen = Mutex::new(Vec::new());
            each(threads, &(0..50).collect::<Vec<_>>(), &|item| seen.lock().unwrap().push(item));
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, (0..50).collect::<Vec<_>>());
        }
    }
}
