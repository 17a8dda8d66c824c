//! Keeping a store small.

use crate::{A_WHILE, COST, DAY, accept, cache, has, insert, key, names, part, store};
use precompile_cache::{Key, Limits, Lookup};
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Has an entry be last used then.
fn last_used(folder: &Path, key: &Key, when: SystemTime) {
    let record = part(folder, key, "json");
    File::options().append(true).open(record).unwrap().set_modified(when).unwrap();
}

#[test]
fn what_is_in_use_is_not_pruned() {
    let (folder, store) = store();
    let nothing = Limits { max_bytes: 0, max_age: DAY };
    let entry = insert(&store, &key("a"), b"blob");
    assert_eq!(store.prune(nothing, false).unwrap(), None);
    thread::scope(|scope| {
        let pruning = scope.spawn(|| store.prune(nothing, true).unwrap().unwrap());
        thread::sleep(A_WHILE);
        assert!(!pruning.is_finished());
        assert_eq!(entry.read().unwrap(), b"blob");
        drop(entry);
        assert_eq!(pruning.join().unwrap().removed_entries, 1);
    });
    assert!(!has(folder.path(), &key("a")));
}

#[test]
fn a_held_right_is_not_pruned() {
    let (folder, store) = store();
    let slot = store.slot(&key("a"), false).unwrap().unwrap();
    // As killed processes leave them.
    fs::write(folder.path().join(format!("v1/filling/{}", key("b").digest())), b"").unwrap();
    fs::write(folder.path().join("v1/temp/half"), b"ha").unwrap();
    let orphan = part(folder.path(), &key("c"), "blob");
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, b"an orphan").unwrap();
    let pruned = store.prune(Limits::default(), false).unwrap().unwrap();
    assert_eq!(pruned.removed_remains, 3);
    assert_eq!(names(folder.path().join("v1/filling")), [key("a").digest().to_string()]);
    assert_eq!(names(folder.path().join("v1/temp")), [""; 0]);
    assert!(!orphan.exists());
    assert!(store.slot(&key("a"), false).unwrap().is_none());
    drop(slot.fill(b"blob", COST).unwrap());
    assert!(has(folder.path(), &key("a")));
}

#[test]
fn what_was_used_least_recently_goes_first() {
    let (folder, store) = store();
    let keys = ["a", "b", "c", "d"].map(key);
    let now = SystemTime::now();
    for (key, hours) in keys.iter().zip([5, 30, 20, 10]) {
        drop(insert(&store, key, &[0; 1000]));
        last_used(folder.path(), key, now - Duration::from_secs(hours * 3600));
    }
    let listed: Vec<_> = store.list().unwrap().iter().map(|found| found.record.key).collect();
    assert_eq!(listed, [0, 3, 2, 1].map(|at: usize| keys[at].digest()));
    // To be looked up is to be used.
    drop(store.lookup(&keys[1]).unwrap().unwrap());
    let two = store.list().unwrap()[..2].iter().map(|found| found.bytes).sum();
    let pruned = store.prune(Limits { max_bytes: two, max_age: 90 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries, pruned.kept_bytes), (2, 2, two));
    assert_eq!(keys.each_ref().map(|key| has(folder.path(), key)), [true, true, false, false]);
}

#[test]
fn what_is_too_old_goes() {
    let (folder, store) = store();
    let (old, young) = (key("old"), key("young"));
    let now = SystemTime::now();
    for (key, days) in [(&old, 11), (&young, 9)] {
        drop(insert(&store, key, b"blob"));
        last_used(folder.path(), key, now - days * DAY);
    }
    let pruned = store.prune(Limits { max_bytes: 1 << 20, max_age: 10 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries), (1, 1));
    assert!(!has(folder.path(), &old) && has(folder.path(), &young));
}

/// A clock that was set back leaves time stamps in the future.
#[test]
fn the_future_is_as_good_as_now() {
    let (folder, store) = store();
    let (future, past) = (key("future"), key("past"));
    for (key, when) in [(&future, SystemTime::now() + 400 * DAY), (&past, SystemTime::now() - DAY)] {
        drop(insert(&store, key, b"blob"));
        last_used(folder.path(), key, when);
    }
    // Room for the larger of the two, whichever that is.
    let bytes = store.list().unwrap().iter().map(|found| found.bytes).max().unwrap();
    let pruned = store.prune(Limits { max_bytes: bytes, max_age: 10 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries), (1, 1));
    assert!(has(folder.path(), &future));
    // Used again, it counts from now on.
    drop(store.lookup(&future).unwrap().unwrap());
    assert!(store.list().unwrap()[0].used <= SystemTime::now());
}

/// Pruning comes to its turn, though at every moment somebody uses the store.
#[test]
fn pruning_is_not_starved() {
    let (_folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let over = Instant::now() + Duration::from_secs(4);
    let pruned = AtomicBool::new(false);
    let in_time = thread::scope(|scope| {
        for turn in 0..4 {
            let (store, pruned) = (&store, &pruned);
            scope.spawn(move || {
                // One after another, so that each holds an entry when the next one lets go.
                thread::sleep(Duration::from_millis(turn * 5));
                while !pruned.load(Relaxed) && Instant::now() < over {
                    let entry = store.lookup(&key("a")).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    drop(entry);
                }
            });
        }
        thread::sleep(A_WHILE);
        store.prune(Limits::default(), true).unwrap().unwrap();
        pruned.store(true, Relaxed);
        Instant::now() < over
    });
    assert!(in_time, "it waited until nobody used the store any more");
}

/// Who was killed long ago left it; nobody has to prune for that.
#[test]
fn what_is_half_written_for_long_goes() {
    let (folder, _) = store();
    let cache = cache(folder.path());
    let Lookup::Miss(turn) = cache.lookup(&key("a"), true, &accept) else { panic!("it is there") };
    cache.fill(turn, b"blob", COST);
    let temp = folder.path().join("v1/temp");
    for (name, minutes) in [("old", 61), ("young", 59)] {
        let file = File::create(temp.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60 * minutes)).unwrap();
    }
    assert!(cache.has_news());
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
    assert_eq!(names(temp), ["young"]);
    assert!(!cache.has_news());
}
