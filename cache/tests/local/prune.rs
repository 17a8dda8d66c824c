//! Pruning.

use crate::{A_WHILE, COST, DAY, accept, cache, has, insert, key, names, part, store};
use precompile_cache::{Key, Lookup, StoreLimits};
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Sets the time of an entry's last use.
fn last_used(folder: &Path, key: &Key, when: SystemTime) {
    let record = part(folder, key, "json");
    File::options().append(true).open(record).unwrap().set_modified(when).unwrap();
}

#[test]
fn an_entry_in_use_is_not_pruned() {
    let (folder, store) = store();
    let nothing = StoreLimits { max_bytes: 0, max_age: DAY };
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
fn a_slot_in_use_is_not_pruned() {
    let (folder, store) = store();
    let slot = store.slot(&key("a"), false).unwrap().unwrap();
    // As killed processes leave them.
    fs::write(folder.path().join(format!("v1/filling/{}", key("b").digest())), b"").unwrap();
    fs::write(folder.path().join("v1/temp/half"), b"ha").unwrap();
    let orphan = part(folder.path(), &key("c"), "blob");
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, b"an orphan").unwrap();
    let pruned = store.prune(StoreLimits::default(), false).unwrap().unwrap();
    assert_eq!(pruned.removed_remains, 3);
    assert_eq!(names(folder.path().join("v1/filling")), [key("a").digest().to_string()]);
    assert_eq!(names(folder.path().join("v1/temp")), [""; 0]);
    assert!(!orphan.exists());
    assert!(store.slot(&key("a"), false).unwrap().is_none());
    drop(slot.fill(b"blob", COST).unwrap());
    assert!(has(folder.path(), &key("a")));
}

#[test]
fn the_least_recently_used_entry_is_removed_first() {
    let (folder, store) = store();
    let keys = ["a", "b", "c", "d"].map(key);
    let now = SystemTime::now();
    for (key, hours) in keys.iter().zip([5, 30, 20, 10]) {
        drop(insert(&store, key, &[0; 1000]));
        last_used(folder.path(), key, now - Duration::from_secs(hours * 3600));
    }
    let listed: Vec<_> = store.list().unwrap().iter().map(|found| found.record.key).collect();
    assert_eq!(listed, [0, 3, 2, 1].map(|at: usize| keys[at].digest()));
    // A lookup counts as a use.
    drop(store.lookup(&keys[1]).unwrap().unwrap());
    let sizes: Vec<u64> = store.list().unwrap().iter().map(|found| found.bytes).collect();
    let (two, all): (u64, u64) = (sizes[..2].iter().sum(), sizes.iter().sum());
    let pruned = store.prune(StoreLimits { max_bytes: two, max_age: 90 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries, pruned.kept_bytes), (2, 2, two));
    assert_eq!((pruned.removed_bytes, pruned.removed_remains), (all - two, 0));
    assert_eq!(keys.each_ref().map(|key| has(folder.path(), key)), [true, true, false, false]);
}

#[test]
fn entries_that_are_too_old_are_removed() {
    let (folder, store) = store();
    let (old, young) = (key("old"), key("young"));
    let now = SystemTime::now();
    for (key, days) in [(&old, 11), (&young, 9)] {
        drop(insert(&store, key, b"blob"));
        last_used(folder.path(), key, now - days * DAY);
    }
    let pruned = store.prune(StoreLimits { max_bytes: 1 << 20, max_age: 10 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries), (1, 1));
    assert!(!has(folder.path(), &old) && has(folder.path(), &young));
}

/// A clock that was set back leaves time stamps in the future.
#[test]
fn entries_from_the_future_count_as_new() {
    let (folder, store) = store();
    let (future, past) = (key("future"), key("past"));
    for (key, when) in [(&future, SystemTime::now() + 400 * DAY), (&past, SystemTime::now() - DAY)] {
        drop(insert(&store, key, b"blob"));
        last_used(folder.path(), key, when);
    }
    // Room for the larger of the two entries, whichever that is.
    let bytes = store.list().unwrap().iter().map(|found| found.bytes).max().unwrap();
    let pruned = store.prune(StoreLimits { max_bytes: bytes, max_age: 10 * DAY }, false).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.kept_entries), (1, 1));
    assert!(has(folder.path(), &future));
    let at_once = StoreLimits { max_bytes: bytes, max_age: Duration::ZERO };
    assert_eq!(store.prune(at_once, false).unwrap().unwrap().removed_entries, 0);
    // Used again, the entry's age counts from now on.
    drop(store.lookup(&future).unwrap().unwrap());
    assert!(store.list().unwrap()[0].used <= SystemTime::now());
}

/// Pruning gets its turn even if the store is in use at every moment.
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
        store.prune(StoreLimits::default(), true).unwrap().unwrap();
        pruned.store(true, Relaxed);
        Instant::now() < over
    });
    assert!(in_time, "it waited until nobody used the store any more");
}

/// Files that a killed process left long ago are removed without pruning.
#[test]
fn stale_temporary_files_are_removed() {
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

/// Recording each use would cost a write for each lookup.
#[test]
fn the_use_of_an_entry_is_recorded_once_an_hour() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    for (minutes, is_marked) in [(59, false), (61, true)] {
        let when = SystemTime::now() - Duration::from_secs(60 * minutes);
        last_used(folder.path(), &key("a"), when);
        drop(store.lookup(&key("a")).unwrap().unwrap());
        let since = store.list().unwrap()[0].used.duration_since(when).unwrap();
        assert_eq!(since > Duration::from_secs(60), is_marked, "{minutes}");
    }
}

/// A reader of all entries doesn't keep them.
#[test]
fn reading_a_listed_entry_is_no_use_of_it() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let when = SystemTime::now() - DAY;
    last_used(folder.path(), &key("a"), when);
    let found = &store.list().unwrap()[0];
    assert_eq!(store.entry(found.record.key).unwrap().unwrap().read().unwrap(), b"blob");
    let since = store.list().unwrap()[0].used.duration_since(when).unwrap();
    assert!(since < Duration::from_secs(1), "{since:?}");
    assert!(store.entry(key("b").digest()).unwrap().is_none());
}

/// Old notes on files are removed with old entries.
#[test]
fn notes_that_are_too_old_are_removed() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let notes = folder.path().join("v1/files");
    let now = SystemTime::now();
    for (name, when) in [("old", now - 11 * DAY), ("young", now - 9 * DAY), ("future", now + 20 * DAY)] {
        File::create(notes.join(name)).unwrap().set_modified(when).unwrap();
    }
    store.prune(StoreLimits { max_bytes: 1 << 20, max_age: 10 * DAY }, false).unwrap().unwrap();
    assert_eq!(names(notes.clone()), ["future", "young"]);
    store.clear().unwrap();
    assert_eq!(names(notes), [""; 0]);
}

/// A file that isn't at the path of its key is not the store's.
#[test]
fn a_file_in_the_wrong_place_is_no_entry() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let entries = folder.path().join("v1/entries");
    let wrong = entries.join("elsewhere");
    fs::create_dir(&wrong).unwrap();
    for extension in ["json", "blob"] {
        let name = format!("{}.{extension}", key("a").digest());
        fs::copy(part(folder.path(), &key("a"), extension), wrong.join(name)).unwrap();
    }
    // A file among the folders is no folder.
    fs::write(entries.join("file"), "").unwrap();
    assert_eq!(store.list().unwrap().len(), 1);
    let pruned = store.prune(StoreLimits::default(), false).unwrap().unwrap();
    assert_eq!((pruned.removed_remains, pruned.kept_entries), (2, 1));
    assert!(has(folder.path(), &key("a")));
    assert_eq!(names(wrong), [""; 0]);
}

/// So is an undamaged record under another key.
#[test]
fn a_damaged_record_is_removed() {
    let (folder, store) = store();
    drop(insert(&store, &key("other"), b"blob"));
    let other = fs::read(part(folder.path(), &key("other"), "json")).unwrap();
    for damage in [&b"{}"[..], &other] {
        drop(insert(&store, &key("a"), b"blob"));
        fs::write(part(folder.path(), &key("a"), "json"), damage).unwrap();
        assert_eq!(store.list().unwrap().len(), 1);
        let pruned = store.prune(StoreLimits::default(), false).unwrap().unwrap();
        // Its blob has no record any more, and is removed by the next pruning.
        assert_eq!((pruned.removed_remains, pruned.kept_entries), (1, 1));
        assert_eq!(store.prune(StoreLimits::default(), false).unwrap().unwrap().removed_remains, 1);
        assert!(!has(folder.path(), &key("a")));
    }
}

/// Absent folders count as empty. Folders that can't be listed and files that can't be removed are errors.
#[test]
fn failures_of_pruning_are_errors() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let v1 = folder.path().join("v1");
    for name in ["temp", "files", "filling"] {
        fs::remove_dir_all(v1.join(name)).unwrap();
    }
    let told = || store.prune(StoreLimits::default(), false).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(told(), Ok(()));
    fs::create_dir_all(v1.join("temp/folder")).unwrap();
    assert!(told().unwrap_err().starts_with("can't remove `"));
    fs::remove_dir_all(v1.join("temp")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("temp", v1.join("temp")).unwrap();
        assert!(told().unwrap_err().starts_with("can't list `"));
    }
}

/// The file looks like ours, and not even root can change its mode.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_can_not_be_closed_is_an_error() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    std::os::unix::fs::symlink("/proc/self/timerslack_ns", folder.path().join("v1/log")).unwrap();
    let error = store.clear().unwrap_err().to_string();
    assert!(error.starts_with("can't close `"), "{error}");
    assert!(has(folder.path(), &key("a")));
}
