//! Groups of entries that belong together.

use crate::{COST, accept, cache, has, key};
use precompile_cache::{Cache, Digest, Identity, Lookup, Store, StoreLimits};
use std::fs;
use std::path::Path;
use std::thread;

fn group() -> Digest {
    Digest::of(b"group")
}

/// Stores an entry in the group.
fn store(cache: &Cache, name: &str) {
    match cache.lookup(&key(name), true, &accept) {
        Lookup::Miss(turn) => cache.fill(turn.grouped(group()), name.as_bytes(), COST),
        other => panic!("{other:?}"),
    };
}

fn list(folder: &Path) -> Vec<Digest> {
    Store::new(folder).group(group()).unwrap()
}

#[test]
fn entries_are_found_by_their_group_until_they_are_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, file) = (cache(folder.path()), Store::new(folder.path()).group_file(group()));
    // Looking creates nothing.
    assert!(list(folder.path()).is_empty() && fs::read_dir(folder.path()).unwrap().next().is_none());
    for name in ["a", "b", "c"] {
        store(&cache, name);
    }
    let keys = |names: &[&str]| names.iter().map(|name| key(name).digest()).collect::<Vec<_>>();
    assert_eq!(list(folder.path()), keys(&["c", "b", "a"]));
    assert_eq!(fs::read(cache.store().blob_file(key("c").digest())).unwrap(), b"c");
    assert!(Store::new(folder.path()).group(Digest::of(b"another")).unwrap().is_empty());
    // An entry that is stored again is the last one, and the file shows that it has changed.
    cache.damaged(&key("a"));
    let before = fs::read(&file).unwrap().len();
    store(&cache, "a");
    assert!(fs::read(&file).unwrap().len() > before);
    assert_eq!(list(folder.path()), keys(&["a", "c", "b"]));
    // Pruning leaves what is there, each once.
    cache.damaged(&key("b"));
    cache.store().prune(StoreLimits::default(), true).unwrap();
    assert_eq!(list(folder.path()), keys(&["a", "c"]));
    // A list that stays as it is isn't written again: whoever waits for an entry would read the store.
    let pruned = (fs::read(&file).unwrap(), Identity::at(&file));
    cache.store().prune(StoreLimits::default(), true).unwrap();
    assert_eq!((fs::read(&file).unwrap(), Identity::at(&file)), pruned);
    cache.store().clear().unwrap();
    assert!(!file.exists() && list(folder.path()).is_empty());
    assert_eq!(cache.take_warnings().len(), 2, "those of the damaged ones");
}

/// An entry that was stored without its group joins it when it is found, once.
#[test]
fn an_entry_that_was_found_joins() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let Lookup::Miss(turn) = cache.lookup(&key("a"), true, &accept) else { panic!("it has it") };
    cache.fill(turn, b"blob", COST);
    assert!(list(folder.path()).is_empty() && has(folder.path(), &key("a")));
    for _ in 0..2 {
        let Lookup::Hit(entry) = cache.lookup(&key("a"), true, &accept) else { panic!("it has none") };
        cache.join(&entry, &key("a"), group());
    }
    let file = cache.store().group_file(group());
    assert_eq!(fs::read_to_string(file).unwrap(), format!("\n{}\n", key("a").digest()));
}

/// Nothing is lost where several processes store entries of a group.
#[test]
fn several_may_join_at_once() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            let cache = cache(folder.path());
            scope.spawn(move || (0..25).for_each(|at| store(&cache, &format!("{number} {at}"))));
        }
    });
    assert_eq!(list(folder.path()).len(), 100);
}

/// A list that others can write to is refused, as entries are.
#[cfg(unix)]
#[test]
fn a_list_that_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    store(&cache(folder.path()), "a");
    let file = Store::new(folder.path()).group_file(group());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let error = Store::new(folder.path()).group(group()).unwrap_err().to_string();
    assert!(error.contains("other users can write to `"), "{error}");
}
