//! The right to make an entry.

use crate::{A_WHILE, COST, accept, cache, key, names, store};
use precompile_cache::Lookup;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn one_of_many_threads_gets_the_slot() {
    let (_folder, store) = store();
    let (start, end) = (Barrier::new(16), Barrier::new(16));
    let taken = || {
        start.wait();
        let slot = store.slot(&key("a"), false).unwrap();
        // No thread drops it before all have asked.
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
fn keys_have_slots_of_their_own() {
    let (_folder, store) = store();
    let _a = store.slot(&key("a"), false).unwrap().unwrap();
    assert!(store.slot(&key("a"), false).unwrap().is_none());
    assert!(store.slot(&key("b"), false).unwrap().is_some());
}

#[test]
fn a_dropped_slot_passes_on() {
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
    assert_eq!(names(folder.path().join("v1/filling")), [""; 0], "a dropped slot leaves nothing");
}

/// However often the slot passes on, one thread holds it at a time.
#[test]
fn the_slot_passes_on_to_one_at_a_time() {
    let (_folder, store) = store();
    let busy = Mutex::new(());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let slot = store.slot(&key("a"), true).unwrap();
                    let alone = busy.try_lock().expect("two threads hold the slot");
                    // Long enough for another thread to get here, if it held the slot as well.
                    thread::sleep(Duration::from_millis(1));
                    drop(alone);
                    drop(slot);
                }
            });
        }
    });
}

#[test]
fn a_waiting_thread_finds_the_new_entry() {
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
