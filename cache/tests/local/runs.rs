//! The counts, notes and warnings of one process.

use crate::{COST, DAY, accept, cache, has, insert, key, names, part, store};
use precompile_cache::{Cache, Lookup, Store, StoreLimits};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn fill(cache: &Cache, source: &str, blob: &[u8]) {
    match cache.lookup(&key(source), true, &accept) {
        Lookup::Miss(turn) => cache.fill(turn, blob, COST),
        other => panic!("{other:?}"),
    };
}

fn fail(cache: &Cache, source: &str) {
    match cache.lookup(&key(source), true, &accept) {
        Lookup::Miss(turn) => cache.fail(turn, "it can't be made".into(), COST),
        other => panic!("{other:?}"),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Writes a log that was summed up at this time.
fn pruned_at(folder: &Path, pruned_unix_s: u64, since_unix_s: u64) {
    let sum =
        format!(r#"{{"since_unix_s":{since_unix_s},"pruned_unix_s":{pruned_unix_s},"estimated_bytes":0}}"#);
    fs::write(folder.join("v1/log"), format!("{{\"sum\":{sum}}}\n")).unwrap();
}

#[test]
fn a_run_is_counted() {
    let (folder, store) = store();
    let cache = cache(folder.path());
    fill(&cache, "a", &[0; 1000]);
    fill(&cache, "b", &[0; 500]);
    fail(&cache, "c");
    fail(&cache, "d");
    for _ in 0..3 {
        assert!(
            matches!(cache.lookup(&key("c"), true, &accept), Lookup::Failure(why) if why == "it can't be made")
        );
        match cache.lookup(&key("a"), true, &accept) {
            Lookup::Hit(entry) => cache.used(&entry, 10),
            other => panic!("{other:?}"),
        }
    }
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
    let total = store.log().unwrap().total;
    assert_eq!((total.hits, total.misses, total.failures, total.remote_hits), (3, 4, 3, 0));
    assert_eq!((total.delivered_bytes, total.stored_bytes), (30, 1500));
    assert_eq!((total.saved_ns, total.spent_ns), (3 * 5_000_000, 2 * 5_000_000));
    // The run was counted once. A run in which nothing happens leaves no line.
    cache.finish();
    let log = fs::read(folder.path().join("v1/log")).unwrap();
    crate::cache(folder.path()).finish();
    assert_eq!(fs::read(folder.path().join("v1/log")).unwrap(), log);
}

#[test]
fn there_is_news_after_storing_or_reading() {
    let (folder, _store) = store();
    let stores = cache(folder.path());
    assert!(!stores.has_news());
    fail(&stores, "a");
    assert!(!stores.has_news());
    fill(&stores, "b", b"blob");
    assert!(stores.has_news());
    let reads = cache(folder.path());
    reads.read_digest(&part(folder.path(), &key("b"), "blob")).unwrap();
    assert!(reads.has_news());
}

/// A run that stores nothing doesn't remove stale files, either.
#[test]
fn a_run_that_only_reads_removes_nothing() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let left = folder.path().join("v1/temp/left");
    File::create(&left).unwrap().set_modified(SystemTime::now() - DAY).unwrap();
    let cache = cache(folder.path());
    let Lookup::Hit(entry) = cache.lookup(&key("a"), true, &accept) else { panic!("it isn't there") };
    cache.used(&entry, 4);
    drop(entry);
    cache.finish();
    assert!(left.exists());
}

/// A run that stores one blob prunes the store, if the last pruning or the store's start was long enough ago.
#[test]
fn a_store_is_pruned_once_a_day() {
    let hour = Duration::from_secs(60 * 60);
    for (pruned, since, is_pruned) in [
        (Some(hour * 23), hour * 1000, false),
        (Some(hour * 25), hour * 1000, true),
        // Never pruned so far.
        (None, hour * 23, false),
        (None, hour * 25, true),
    ] {
        let (folder, store) = store();
        drop(insert(&store, &key("old"), b"blob"));
        let record = File::options().append(true).open(part(folder.path(), &key("old"), "json")).unwrap();
        record.set_modified(SystemTime::now() - 100 * DAY).unwrap();
        let ago = |time: Duration| seconds(SystemTime::now() - time);
        pruned_at(folder.path(), pruned.map_or(0, ago), ago(since));
        let cache = cache(folder.path());
        fill(&cache, "new", b"blob");
        cache.finish();
        assert_eq!(cache.take_warnings(), [""; 0]);
        assert_eq!(has(folder.path(), &key("old")), !is_pruned, "{pruned:?} {since:?}");
    }
}

/// A clock that was set back has left the time of a pruning in the future. No young entry is lost, and the store is pruned.
#[test]
fn a_pruning_in_the_future_is_no_reason_to_wait() {
    let (folder, store) = store();
    for (source, used) in [("old", SystemTime::now() - 100 * DAY), ("young", SystemTime::now() + 400 * DAY)] {
        drop(insert(&store, &key(source), b"blob"));
        let record = File::options().append(true).open(part(folder.path(), &key(source), "json")).unwrap();
        record.set_modified(used).unwrap();
    }
    let at = seconds(SystemTime::now() + 400 * DAY);
    pruned_at(folder.path(), at, at);
    let cache = cache(folder.path());
    fill(&cache, "new", b"blob");
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
    let left = ["old", "young", "new"].map(|source| has(folder.path(), &key(source)));
    assert_eq!(left, [false, true, true]);
    let now = seconds(SystemTime::now());
    let log = store.log().unwrap();
    assert!(log.pruned_unix_s <= now && log.since_unix_s <= now, "{log:?}");
}

/// A store that has grown beyond its limit is pruned to four fifths of it. A store at its limit isn't pruned.
#[test]
fn a_store_that_is_too_large_is_pruned_in_passing() {
    let blob = [0; 10_000];
    for (max_bytes, kept) in [(40_000, 4), (39_999, 3), (35_000, 2)] {
        let (folder, store) = store();
        let cache =
            Cache::new(Store::new(folder.path()), StoreLimits { max_bytes, ..StoreLimits::default() });
        for source in ["a", "b", "c", "d"] {
            fill(&cache, source, &blob);
        }
        cache.finish();
        assert_eq!(cache.take_warnings(), [""; 0]);
        assert_eq!(store.list().unwrap().len(), kept, "{max_bytes}");
        assert_eq!(store.log().unwrap().pruned_unix_s == 0, kept == 4, "{max_bytes}");
    }
}

/// A failed write is one warning, and existing entries are still found.
#[test]
fn a_store_that_can_not_be_written_is_still_read() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    // Not even root can create a file in a file.
    let filling = folder.path().join("v1/filling");
    fs::remove_dir(&filling).unwrap();
    fs::write(&filling, "").unwrap();
    let cache = cache(folder.path());
    for source in ["b", "c"] {
        let Lookup::Miss(turn) = cache.lookup(&key(source), true, &accept) else { panic!("it is there") };
        assert_eq!(cache.fill(turn, b"blob", COST), None);
        assert!(matches!(cache.lookup(&key("a"), true, &accept), Lookup::Hit(_)));
    }
    let Lookup::Miss(turn) = cache.lookup(&key("d"), true, &accept) else { panic!("it is there") };
    cache.fail(turn, "it can't be made".into(), COST);
    cache.finish();
    let warnings = cache.take_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("stores nothing in the cache"), "{warnings:?}");
    assert!(!has(folder.path(), &key("b")) && !has(folder.path(), &key("d")));
    assert_eq!(cache.take_warnings(), [""; 0]);
}

/// A log that can't be written is a warning, unless this user lacks the permission.
#[test]
fn a_log_that_can_not_be_written_is_a_warning() {
    let after_a_run = |change: &dyn Fn(&Path)| {
        let (folder, store) = store();
        drop(insert(&store, &key("a"), b"blob"));
        change(&folder.path().join("v1/log"));
        let cache = cache(folder.path());
        let Lookup::Hit(entry) = cache.lookup(&key("a"), true, &accept) else { panic!("it isn't there") };
        cache.used(&entry, 4);
        drop(entry);
        cache.finish();
        cache.take_warnings()
    };
    let warnings = after_a_run(&|log| fs::create_dir(log).unwrap());
    assert!(warnings.len() == 1 && warnings[0].contains("stores nothing in the cache"), "{warnings:?}");
    // Not even root may write this file.
    #[cfg(target_os = "linux")]
    {
        let read_only = Path::new("/proc/sys/kernel/ostype");
        let error = File::options().append(true).open(read_only).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
        let warnings = after_a_run(&|log| std::os::unix::fs::symlink(read_only, log).unwrap());
        assert_eq!(warnings, [""; 0]);
    }
}

/// The caller reports an entry as damaged after delivering it.
#[test]
fn an_entry_that_is_reported_as_damaged_is_removed() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let cache = cache(folder.path());
    cache.damaged(&key("a"));
    assert!(!has(folder.path(), &key("a")));
    let warnings = cache.take_warnings();
    assert!(
        warnings.len() == 1 && warnings[0].contains("(its digest does not match), and is removed"),
        "{warnings:?}"
    );
}

/// A file beside the entries, such as the measured costs of this machine.
#[test]
fn a_file_beside_the_entries_is_complete() {
    let (folder, store) = store();
    store.keep("costs", b"one").unwrap();
    store.keep("costs", b"another").unwrap();
    assert_eq!(fs::read(folder.path().join("costs")).unwrap(), b"another");
    assert_eq!(names(folder.path().join("v1/temp")), [""; 0]);
    assert_eq!(store.folder(), folder.path());
}

/// Reading a store that was never used leaves no trace.
#[test]
fn reading_creates_no_store() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("cache");
    let store = Store::new(&folder);
    assert!(store.list().unwrap().is_empty());
    assert_eq!(store.log().unwrap().total, Default::default());
    assert_eq!(store.verify().unwrap(), Default::default());
    assert_eq!(store.prune(StoreLimits::default(), true).unwrap(), Some(Default::default()));
    assert_eq!(store.clear().unwrap(), Default::default());
    assert!(!folder.exists());
}
