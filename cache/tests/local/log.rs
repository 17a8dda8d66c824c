//! The log of runs.

use crate::{COST, accept, cache, key, store};
use precompile_cache::{Lookup, StoreLimits};
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A run that fills one key, and then finds its entry this many times.
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
    let pruned = store.prune(StoreLimits::default(), false).unwrap().unwrap();
    let after = store.log().unwrap();
    assert_eq!(after.total, before.total);
    assert_eq!(after.since_unix_s, before.since_unix_s);
    assert_eq!(after.estimated_bytes, pruned.kept_bytes);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now - after.pruned_unix_s < 60);
    assert_eq!(fs::read_to_string(folder.path().join("v1/log")).unwrap().trim().lines().count(), 1);
    // Later runs are added.
    run(folder.path(), "c", 1);
    let last = store.log().unwrap();
    assert_eq!((last.total.hits, last.total.misses), (6, 3));
    assert_eq!(last.estimated_bytes, pruned.kept_bytes + 1000);
    assert_eq!(last.pruned_unix_s, after.pruned_unix_s);
}

#[test]
fn a_damaged_line_of_the_log_is_ignored() {
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
    // Cut off in the middle, as by a full disk.
    fs::write(&path, [&whole, half].concat()).unwrap();
    assert_eq!(store.log().unwrap().total.hits, 1);
    store.prune(StoreLimits::default(), false).unwrap().unwrap();
    assert_eq!(store.log().unwrap().total.hits, 1);
}

/// A run is counted even if a full disk has cut off the line before it.
#[test]
fn a_truncated_line_does_not_affect_the_next() {
    let (folder, store) = store();
    run(folder.path(), "a", 1);
    let path = folder.path().join("v1/log");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole, &whole[..whole.len() / 2]].concat()).unwrap();
    run(folder.path(), "b", 1);
    assert_eq!(store.log().unwrap().total.misses, 2);
}
