//! Waiting for locks of other processes.

use crate::{A_WHILE, COST, accept, has, insert, key, store};
use precompile_cache::{Cache, Error, Lookup, Patience, Store, StoreLimits};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The time that an immediate action may take on a slow machine.
const SOON: Duration = Duration::from_secs(10);

/// A store with this time limit for locks, and its reports of long waits.
fn patient(folder: &Path, limit: Duration) -> (Store, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let tell = move |text: &str| telling.lock().unwrap().push(text.into());
    (Store::new(folder).waiting(Patience::new(limit, tell)), told)
}

/// Holds a lock until the file is dropped.
fn hold(folder: &Path, name: &str) -> File {
    let file = File::open(folder.join("v1").join(name)).unwrap();
    file.lock().unwrap();
    file
}

fn is_held(error: &Error, folder: &Path, name: &str) -> bool {
    let named = format!("has held `{}` for ", folder.join("v1").join(name).display());
    matches!(error, Error::Held { .. }) && error.to_string().contains(&named)
}

#[test]
fn waiting_for_a_locked_store_ends() {
    for name in ["lock", "turnstile"] {
        let (folder, store) = store();
        drop(insert(&store, &key("a"), b"blob"));
        let held = hold(folder.path(), name);
        let limit = Duration::from_millis(200);
        let (store, told) = patient(folder.path(), limit);
        let start = Instant::now();
        let error = store.lookup(&key("a")).unwrap_err();
        assert!(is_held(&error, folder.path(), name), "{error}");
        assert!((limit..SOON).contains(&start.elapsed()), "{:?}", start.elapsed());
        let error = store.prune(StoreLimits::default(), true).unwrap_err();
        assert!(is_held(&error, folder.path(), name), "{error}");
        assert_eq!(store.prune(StoreLimits::default(), false).unwrap(), None);
        // The wait took less than two seconds.
        assert_eq!(*told.lock().unwrap(), [""; 0]);
        let cache = Cache::new(store, StoreLimits::default());
        assert!(matches!(cache.lookup(&key("a"), true, &accept), Lookup::Miss(_)));
        assert!(matches!(cache.lookup(&key("b"), true, &accept), Lookup::Miss(_)));
        cache.finish();
        let warnings = cache.take_warnings();
        assert!(warnings.len() == 1 && warnings[0].contains("does without"), "{warnings:?}");
        drop(held);
        assert!(patient(folder.path(), limit).0.lookup(&key("a")).unwrap().is_some());
    }
}

#[test]
fn a_long_wait_is_reported_once() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let held = hold(folder.path(), "lock");
    let (store, told) = patient(folder.path(), SOON * 6);
    let waited = thread::scope(|scope| {
        let look = || store.lookup(&key("a")).unwrap().is_some();
        let waiting: Vec<_> = (0..3).map(|_| scope.spawn(look)).collect();
        let start = Instant::now();
        while told.lock().unwrap().is_empty() {
            thread::sleep(Duration::from_millis(10));
        }
        let waited = start.elapsed();
        // The other threads get there as well.
        thread::sleep(A_WHILE * 5);
        drop(held);
        assert!(waiting.into_iter().all(|thread| thread.join().unwrap()));
        waited
    });
    assert!((Duration::from_millis(1900)..SOON).contains(&waited), "{waited:?}");
    let who = match cfg!(target_os = "linux") {
        true => format!("process {}", std::process::id()),
        false => "another process".into(),
    };
    let lock = folder.path().join("v1/lock");
    assert_eq!(*told.lock().unwrap(), [format!("waiting for {who}, which holds `{}`", lock.display())]);
}

/// After waiting once for another process's entry, this process makes and stores the entry.
#[test]
fn an_entry_that_another_process_does_not_finish_is_made() {
    let (folder, store) = store();
    let slots = ["a", "b"].map(|source| store.slot(&key(source), false).unwrap().unwrap());
    let limit = Duration::from_millis(300);
    let cache = Cache::new(patient(folder.path(), limit).0, StoreLimits::default());
    let start = Instant::now();
    let Lookup::Miss(turn) = cache.lookup(&key("a"), true, &accept) else { panic!("it is there") };
    assert!(start.elapsed() >= limit);
    assert!(cache.fill(turn, b"made", COST).is_some());
    assert!(has(folder.path(), &key("a")));
    let warnings = cache.take_warnings();
    assert!(
        warnings.len() == 1 && warnings[0].contains("no longer waits for entries of other processes"),
        "{warnings:?}"
    );
    // No other entry is waited for.
    let start = Instant::now();
    let Lookup::Miss(turn) = cache.lookup(&key("b"), true, &accept) else { panic!("it is there") };
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    cache.fail(turn, "it can't be made".into(), COST);
    assert!(matches!(cache.lookup(&key("b"), true, &accept), Lookup::Failure(_)));
    assert_eq!(cache.take_warnings(), [""; 0]);
    // The other process may still finish.
    let [a, b] = slots;
    drop(a.fill(b"made", COST).unwrap());
    drop(b);
    match cache.lookup(&key("a"), true, &accept) {
        Lookup::Hit(entry) => assert_eq!(entry.read().unwrap(), b"made"),
        other => panic!("{other:?}"),
    }
}

/// If a process uses the store without end, a process that waits to prune lets others pass.
#[test]
fn waiting_to_prune_lets_others_pass() {
    let (folder, store) = store();
    let entry = insert(&store, &key("a"), b"blob");
    let pruned = AtomicBool::new(false);
    let limit = Duration::from_millis(2100);
    let (pruner, _) = patient(folder.path(), limit);
    let start = Instant::now();
    let (user, _) = patient(folder.path(), SOON * 6);
    thread::scope(|scope| {
        let pruning = scope.spawn(|| {
            let result = pruner.prune(StoreLimits::default(), true);
            pruned.store(true, Relaxed);
            result
        });
        thread::sleep(A_WHILE);
        // This one waits at the turnstile, for a third of the pruner's time limit.
        assert!(user.lookup(&key("a")).unwrap().is_some());
        let passed = start.elapsed() < limit && !pruned.load(Relaxed);
        assert!(passed, "it passed only when nobody waited to prune any more");
        let error = pruning.join().unwrap().unwrap_err();
        assert!(is_held(&error, folder.path(), "lock"), "{error}");
    });
    drop(entry);
    assert!(pruner.prune(StoreLimits::default(), true).unwrap().is_some());
}

/// Files that are being written are complete when the process ends.
#[test]
fn no_write_starts_when_the_process_ends() {
    let (_folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let clone = store.clone();
    let stopped = clone.stop();
    thread::scope(|scope| {
        let filling = scope.spawn(|| insert(&store, &key("b"), b"blob"));
        thread::sleep(A_WHILE);
        assert!(!filling.is_finished());
        drop(stopped);
        filling.join().unwrap();
    });
}
