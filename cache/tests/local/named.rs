//! Names of entries, for people.

use crate::{COST, accept, cache, insert, key, names, part, store};
use precompile_cache::{Lookup, Store, StoreLimits, Turn};
use std::fs;
use std::path::Path;

/// The turn to make the entry of this key.
fn turn(folder: &Path, source: &str) -> Turn {
    match cache(folder).lookup(&key(source), false, &accept) {
        Lookup::Miss(turn) => turn,
        other => panic!("{other:?}"),
    }
}

fn listed(store: &Store) -> Vec<Option<String>> {
    let mut names: Vec<_> = store.list().unwrap().into_iter().map(|found| found.name).collect();
    names.sort();
    names
}

#[test]
fn an_entry_is_listed_with_the_name_of_its_source() {
    let (folder, store) = store();
    let cache = cache(folder.path());
    cache.fill(turn(folder.path(), "a").named(Some(Path::new("src/a"))), b"blob", COST).unwrap();
    cache.fail(turn(folder.path(), "b").named(Some(Path::new("src/b"))), "it can't be".into(), COST);
    cache.fill(turn(folder.path(), "c"), b"blob", COST).unwrap();
    assert_eq!(listed(&store), [None, Some("src/a".into()), Some("src/b".into())]);
    assert_eq!(cache.take_warnings(), [""; 0]);
}

#[test]
fn a_name_is_bounded_and_counted() {
    let (_folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let before = store.list().unwrap()[0].bytes;
    // The cut is within a character of two bytes, which is dropped as a whole.
    let long = format!("é{}", "b".repeat(4095));
    store.name(&key("a"), Path::new(&long)).unwrap();
    let found = &store.list().unwrap()[0];
    assert_eq!(found.name.as_deref(), Some(&long[2..]));
    assert_eq!(found.bytes, before + 4095);
}

#[cfg(unix)]
#[test]
fn a_name_is_text_whatever_its_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let (_folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    store.name(&key("a"), Path::new(std::ffi::OsStr::from_bytes(b"a\xff"))).unwrap();
    assert_eq!(listed(&store), [Some("a\u{fffd}".into())]);
}

#[cfg(unix)]
#[test]
fn a_name_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    store.name(&key("a"), Path::new("a")).unwrap();
    let path = part(folder.path(), &key("a"), "name");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A name that others could have written is ignored.
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(listed(&store), [None]);
}

#[test]
fn a_name_is_removed_with_its_entry() {
    let (folder, store) = store();
    for source in ["a", "b"] {
        drop(insert(&store, &key(source), b"blob"));
        store.name(&key(source), Path::new(source)).unwrap();
    }
    // A name without a record is removed, as a blob is.
    fs::remove_file(part(folder.path(), &key("b"), "json")).unwrap();
    let pruned = store.prune(StoreLimits::default(), true).unwrap().unwrap();
    assert_eq!((pruned.removed_entries, pruned.removed_remains, pruned.kept_entries), (0, 2, 1));
    assert_eq!(listed(&store), [Some("a".into())]);
    store.clear().unwrap();
    for source in ["a", "b"] {
        let folder = part(folder.path(), &key(source), "name").parent().unwrap().to_path_buf();
        assert_eq!(names(folder), [""; 0]);
    }
}

/// An entry and its name are stored one after the other, and the store may be pruned in between.
#[test]
fn no_name_is_left_of_an_entry_that_is_gone() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    store.prune(StoreLimits { max_bytes: 0, ..StoreLimits::default() }, true).unwrap();
    store.name(&key("a"), Path::new("a")).unwrap();
    let path = part(folder.path(), &key("a"), "name");
    assert_eq!(names(path.parent().unwrap().to_path_buf()), [""; 0]);
}
