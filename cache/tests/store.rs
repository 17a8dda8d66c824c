//! The store on this machine: who may make an entry, what is pruned, and what is made of damage.

use precompile_cache::{Cache, Digest, Entry, Identity, Key, Limits, Lookup, Recipe, Store};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

const COST: Duration = Duration::from_millis(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Long enough for a thread that needn't wait to be done.
const A_WHILE: Duration = Duration::from_millis(100);

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    (folder, store)
}

fn cache(folder: &Path) -> Cache {
    Cache::new(Store::new(folder), Limits::default())
}

fn accept(_: &[u8]) -> Result<(), String> {
    Ok(())
}

fn key(source: &str) -> Key {
    let recipe = Recipe::new("test", vec![("how".into(), "so".into())]);
    Key::new(&Arc::new(recipe), Digest::of(source.as_bytes()))
}

/// The path of a part of an entry, as the layout's test draws it.
fn part(folder: &Path, key: &Key, extension: &str) -> PathBuf {
    let key = key.digest().to_string();
    folder.join(format!("v1/entries/{}/{key}.{extension}", &key[..2]))
}

fn insert(store: &Store, key: &Key, blob: &[u8]) -> Entry {
    store.slot(key, false).unwrap().unwrap().fill(blob, COST).unwrap()
}

/// Has an entry be last used then.
fn last_used(folder: &Path, key: &Key, when: SystemTime) {
    let record = part(folder, key, "json");
    File::options().append(true).open(record).unwrap().set_modified(when).unwrap();
}

fn has(folder: &Path, key: &Key) -> bool {
    let record = part(folder, key, "json").exists();
    assert_eq!(part(folder, key, "blob").exists(), record, "half an entry");
    record
}

fn names(folder: PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

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
                    drop(busy.try_lock().expect("two have the right"));
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

/// A run that fills one key, and then finds it so many times.
fn run(folder: &Path, source: &str, hits: usize) {
    let cache = cache(folder);
    match cache.lookup(&key(source), true, &accept) {
        Lookup::Miss(turn) => cache.fill(turn, &[0; 1000], COST),
        other => panic!("{other:?}"),
    };
    for _ in 0..hits {
        match cache.lookup(&key(source), true, &accept) {
            Lookup::Hit(entry) => cache.used(&entry, 1000),
            other => panic!("{other:?}"),
        }
    }
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
}

#[test]
fn pruning_keeps_the_sums_of_the_log() {
    let (folder, store) = store();
    run(folder.path(), "a", 3);
    run(folder.path(), "b", 2);
    let before = store.log().unwrap();
    assert_eq!((before.total.hits, before.total.misses, before.total.stored_bytes), (5, 2, 2000));
    assert_eq!(before.total.saved_ns, 5 * COST.as_nanos() as u64);
    assert_eq!(before.pruned_unix_s, 0);
    let pruned = store.prune(Limits::default(), false).unwrap().unwrap();
    let after = store.log().unwrap();
    assert_eq!(after.total, before.total);
    assert_eq!(after.since_unix_s, before.since_unix_s);
    assert_eq!(after.estimated_bytes, pruned.kept_bytes);
    assert_ne!(after.pruned_unix_s, 0);
    assert_eq!(fs::read_to_string(folder.path().join("v1/log")).unwrap().trim().lines().count(), 1);
    // What comes then is added.
    run(folder.path(), "c", 1);
    let last = store.log().unwrap();
    assert_eq!((last.total.hits, last.total.misses), (6, 3));
    assert_eq!(last.estimated_bytes, pruned.kept_bytes + 1000);
    assert_eq!(last.pruned_unix_s, after.pruned_unix_s);
}

#[test]
fn a_damaged_line_of_the_log_counts_for_nothing() {
    let (folder, store) = store();
    run(folder.path(), "a", 1);
    let path = folder.path().join("v1/log");
    let whole = fs::read(&path).unwrap();
    let half = &whole[..whole.len() / 2];
    for damage in
        [b"\xff\xfe\n".as_slice(), b"{\"run\":[0,{\"hits\":-1}]}\n", b"\n\0\0\0\n", b"{\"other\":1}\n"]
    {
        fs::write(&path, [damage, &whole, half, b"\n", &whole].concat()).unwrap();
        let log = store.log().unwrap();
        assert_eq!((log.total.hits, log.total.misses), (2, 2), "{damage:?}");
    }
    // Cut off in the middle, as a full disk leaves it.
    fs::write(&path, [&whole, half].concat()).unwrap();
    assert_eq!(store.log().unwrap().total.hits, 1);
    store.prune(Limits::default(), false).unwrap().unwrap();
    assert_eq!(store.log().unwrap().total.hits, 1);
}

#[test]
fn damaged_notes_of_files_are_ignored() {
    let (folder, store) = store();
    let inputs = tempfile::tempdir().unwrap();
    let input = inputs.path().join("input");
    fs::write(&input, "input").unwrap();
    // Until it is long enough ago that it was written.
    thread::sleep(Duration::from_millis(2100));
    let identity = Identity::of(&input.metadata().unwrap()).unwrap();
    let digest = Digest::of(b"input");
    let recall = || cache(folder.path()).recall(&input, &identity);
    let note = || {
        // What makes the folders.
        drop(store.slot(&key("a"), false).unwrap());
        let cache = cache(folder.path());
        assert_eq!(cache.read_digest(&input).unwrap(), digest);
        cache.finish();
        assert_eq!(cache.take_warnings(), [""; 0]);
    };
    note();
    assert_eq!(recall(), Some(digest));
    let notes = folder.path().join("v1/files");
    let path = notes.join(&names(notes.clone())[0]);
    let whole = fs::read(&path).unwrap();
    for cut in [0, 1, 31, 32, whole.len() - 33, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(recall(), None, "cut at {cut}");
    }
    // Also where what is damaged is the digest that it would give.
    let at = whole.windows(32).position(|window| window == digest.bytes()).unwrap();
    for at in [0, at, at + 31, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(recall(), None, "flipped at {at}");
    }
    // It is written anew.
    note();
    assert_eq!(recall(), Some(digest));
}

#[test]
fn what_was_just_written_is_read_again() {
    let (folder, _store) = store();
    let cache = cache(folder.path());
    let input = folder.path().join("input");
    fs::write(&input, "input").unwrap();
    cache.read_digest(&input).unwrap();
    let identity = Identity::of(&input.metadata().unwrap()).unwrap();
    assert_eq!(cache.recall(&input, &identity), None);
}

#[test]
fn an_entry_is_delivered_as_a_file_of_its_own() {
    let (folder, store) = store();
    let entry = insert(&store, &key("a"), b"blob");
    let output = folder.path().join("output");
    entry.deliver(&output).unwrap();
    fs::write(&output, b"changed in place").unwrap();
    assert_eq!(entry.read().unwrap(), b"blob");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(part(folder.path(), &key("a"), "blob").metadata().unwrap().nlink(), 1);
    }
}

#[test]
fn another_keys_entry_is_found_out() {
    let (folder, store) = store();
    let (a, b) = (key("a"), key("b"));
    drop(insert(&store, &a, b"the blob of a"));
    drop(insert(&store, &b, b"the blob of b"));
    for extension in ["json", "blob"] {
        fs::copy(part(folder.path(), &b, extension), part(folder.path(), &a, extension)).unwrap();
    }
    let error = store.lookup(&a).unwrap_err().to_string();
    assert!(error.ends_with("was damaged (it is another key's), and is removed"), "{error}");
    assert!(!has(folder.path(), &a) && has(folder.path(), &b));
    assert!(store.lookup(&a).unwrap().is_none());
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

/// A run is counted though a full disk had cut off the line before it.
#[test]
fn a_line_that_was_cut_off_takes_no_other_along() {
    let (folder, store) = store();
    run(folder.path(), "a", 1);
    let path = folder.path().join("v1/log");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole, &whole[..whole.len() / 2]].concat()).unwrap();
    run(folder.path(), "b", 1);
    assert_eq!(store.log().unwrap().total.misses, 2);
}
