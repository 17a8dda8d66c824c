//! Keys within scopes: entries that are kept apart on each machine, and shared.

use crate::connect;
use precompile_cache::remote::Mode;
use precompile_cache::{Cache, Candidate, Digest, Key, Lookup, Recipe, Store, StoreLimits};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) fn key(scope: Option<&str>) -> Key {
    let recipe = Recipe::new("test", vec![("how".into(), "so".into())]);
    let key = Key::new(&Arc::new(recipe), Digest::of(b"source"));
    match scope {
        Some(value) => key.within(&Arc::new(("scope".into(), value.into()))),
        None => key,
    }
}

pub(crate) fn cache(folder: &Path, shared: &Path) -> Cache {
    let url = format!("file://{}", shared.display());
    Cache::new(Store::new(folder), StoreLimits::default()).with_remote(connect(&url, Mode::ReadWrite))
}

/// The stores whose bytes were offered, each by whether it is the shared one, and the blob, if there is one.
pub(crate) fn look(cache: &Cache, key: &Key) -> (Vec<bool>, Option<Vec<u8>>) {
    let offered = Mutex::new(Vec::new());
    let accept = |found: Candidate<'_>| {
        offered.lock().unwrap().push(found.is_shared);
        Ok(())
    };
    let blob = match cache.lookup(key, true, &accept) {
        Lookup::Hit(entry) => Some(entry.read().unwrap()),
        _ => None,
    };
    (offered.into_inner().unwrap(), blob)
}

pub(crate) fn fill(cache: &Cache, key: &Key, is_private: bool) {
    let Lookup::Miss(turn) = cache.lookup(key, true, &|_| Ok(())) else { panic!("it is there") };
    cache.fill(turn.private(is_private), b"blob", Duration::from_millis(5)).unwrap();
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
}

#[test]
fn a_scope_ends_at_the_shared_store() {
    let [shared, here, there] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let blob = || Some(b"blob".to_vec());
    fill(&cache(here.path(), shared.path()), &key(Some("one")), false);
    let other = cache(there.path(), shared.path());
    // Each scope takes it from the shared store once, and has its own from then on.
    for scope in [Some("another"), None, Some("one")] {
        assert_eq!(look(&other, &key(scope)), (vec![true], blob()), "{scope:?}");
        assert_eq!(look(&other, &key(scope)), (vec![false], blob()), "{scope:?}");
    }
    // The object doesn't tell the scope.
    let objects = objects(shared.path());
    let [object] = &objects[..] else { panic!("{objects:?}") };
    assert!(!String::from_utf8_lossy(&std::fs::read(object).unwrap()).contains("scope"));
}

#[test]
fn a_private_entry_stays_on_its_machine() {
    let [shared, here, there] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let first = cache(here.path(), shared.path());
    fill(&first, &key(None), true);
    assert_eq!(look(&first, &key(None)).0, [false]);
    assert_eq!(look(&cache(there.path(), shared.path()), &key(None)), (vec![], None));
    assert!(objects(shared.path()).is_empty());
}

/// All files below a folder.
pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { objects(&path) } else { vec![path] }).collect()
}
