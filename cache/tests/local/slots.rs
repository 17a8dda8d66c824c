//! The right to make an entry.

use crate::{A_WHILE, COST, accept, cache, key, names, store};
use precompile_cache::Lookup;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn one_of_many_threads_has_the_right() {
    let (_folder, store) = store();
    let (start, end) = (Barrier::new(16), Barrier::new(16));
    let taken = || {
        start.wait();
        let slot = store.slot(&key("a"), false).unwrap();
        // Nobody gives it back before all have asked.
        end.wait();
        slot.is_some()
    };
    let rights: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(taken)).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(rights, 1);
}

#[test]
fn other_keys_are_others() {
    let (_folder, store) = store();
    let _a = store.slot(&key("a"), false).unwrap().unwrap();
    assert!(store.slot(&key("a"), false).unwrap().is_none());
    assert!(store.slot(&key("b"), false).unwrap().is_some());
}

#[test]
fn a_dropped_right_passes_on() {
    let (folder, store) = store();
    let slot = store.slot(&key("a"), false).unwrap().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| store.slot(&key("a"), true).unwrap().is_some());
        thread::sleep(A_WHILE);
        assert!(!waiting.is_finished());
        drop(slot);
        assert!(waiting.join().unwrap());
    });
    assert!(store.lookup(&key("a")).unwrap().is_none());
    assert_eq!(names(folder.path().join("v1/filling")), [""; 0], "a right that is given back leaves nothing");
}

/// However often the right passes on, one thread has it at a time.
#[test]
fn the_right_passes_on_to_one_at_a_time() {
    let (_folder, store) = store();
    let busy = Mutex::new(());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let slot = store.slot(&key("a"), true).unwrap();
                    let alone = busy.try_lock().expect("two have the right");
                    // Long enough for another to come, should it have the right as well.
                    thread::sleep(Duration::from_millis(1));
                    drop(alone);
                    drop(slot);
                }
            });
        }
    });
}

#[test]
fn who_waited_finds_what_was_made() {
    let (folder, store) = store();
    let first = cache(folder.path());
    let Lookup::Miss(turn) = first.lookup(&key("a"), true, &accept) else { panic!("it is there") };
    assert!(matches!(cache(folder.path()).lookup(&key("a"), false, &accept), Lookup::Busy));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| match cache(folder.path()).lookup(&key("a"), true, &accept) {
            Lookup::Hit(entry) => entry.read().unwrap(),
            other => panic!("{other:?}"),
        });
        thread::sleep(A_WHILE);
        first.fill(turn, b"made", COST);
        assert_eq!(waiting.join().unwrap(), b"made");
    });
    assert_eq!(store.list().unwrap().len(), 1);
}
