//! Delivering entries, and handling damaged ones.

use crate::{COST, cache, has, insert, key, part, store};
use precompile_cache::{Candidate, Lookup, is_damage};
use std::fs::{self, File};
use std::io::ErrorKind;

#[test]
fn an_entry_is_delivered_as_a_file_of_its_own() {
    let (folder, store) = store();
    let entry = insert(&store, &key("a"), b"blob");
    assert_eq!(entry.record().blob_bytes(), 4);
    let output = folder.path().join("output");
    entry.deliver(&mut File::create_new(&output).unwrap()).unwrap();
    assert_eq!(fs::read(&output).unwrap(), b"blob");
    fs::write(&output, b"changed in place").unwrap();
    assert_eq!(entry.read().unwrap(), b"blob");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(part(folder.path(), &key("a"), "blob").metadata().unwrap().nlink(), 1);
    }
}

#[test]
fn an_entry_under_another_key_is_refused() {
    let (folder, store) = store();
    let (a, b) = (key("a"), key("b"));
    drop(insert(&store, &a, b"the blob of a"));
    drop(insert(&store, &b, b"the blob of b"));
    for extension in ["json", "blob"] {
        fs::copy(part(folder.path(), &b, extension), part(folder.path(), &a, extension)).unwrap();
    }
    let error = store.lookup(&a).unwrap_err().to_string();
    assert!(error.ends_with("is not used (it belongs to another key), and is removed"), "{error}");
    assert!(!has(folder.path(), &a) && has(folder.path(), &b));
    assert!(store.lookup(&a).unwrap().is_none());
}

/// The damaged blob has the same size, is shorter, or is absent.
#[test]
fn a_damaged_blob_is_not_delivered() {
    for damage in [Some(&b"bl0b"[..]), Some(b"blo"), Some(b""), None] {
        let (folder, store) = store();
        let entry = insert(&store, &key("a"), b"blob");
        let blob = part(folder.path(), &key("a"), "blob");
        match damage {
            Some(bytes) => fs::write(&blob, bytes).unwrap(),
            None => fs::remove_file(&blob).unwrap(),
        }
        let output = folder.path().join("output");
        let error = entry.deliver(&mut File::create_new(&output).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{damage:?}: {error}");
        assert!(is_damage(&error), "{damage:?}");
        let error = entry.read().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{damage:?}: {error}");
    }
}

/// A file that can't be written is no damage of the entry.
#[test]
fn an_unwritable_destination_is_no_damage() {
    let (folder, store) = store();
    let entry = insert(&store, &key("a"), b"blob");
    let output = folder.path().join("output");
    fs::write(&output, "of somebody else").unwrap();
    let error = entry.deliver(&mut File::open(&output).unwrap()).unwrap_err();
    assert!(!is_damage(&error), "{error}");
    assert_eq!(fs::read_to_string(&output).unwrap(), "of somebody else");
    assert_eq!(entry.read().unwrap(), b"blob");
}

/// The bytes that were accepted are those that are delivered, without another look at the store.
#[test]
fn an_entry_is_read_once() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let Lookup::Hit(entry) = cache(folder.path()).lookup(&key("a"), false, &|_| Ok(())) else {
        panic!("it is there")
    };
    let deliver = |name: &str| {
        let output = folder.path().join(name);
        entry.deliver(&mut File::create_new(&output).unwrap()).unwrap();
        fs::read(&output).unwrap()
    };
    // A file system that can't share blocks gets a copy.
    assert_eq!(deliver("beside the blob"), b"blob");
    fs::remove_file(part(folder.path(), &key("a"), "blob")).unwrap();
    assert_eq!(entry.read().unwrap(), b"blob");
    assert_eq!(deliver("without the blob"), b"blob");
}

/// Such an entry is removed even though its digest is right.
#[test]
fn an_entry_that_is_not_accepted_is_removed() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let cache = cache(folder.path());
    let refuse = |found: Candidate<'_>| {
        assert_eq!((found.blob, found.is_shared), (&b"blob"[..], false));
        Err("it is something else".into())
    };
    assert!(matches!(cache.lookup(&key("a"), false, &refuse), Lookup::Miss(_)));
    let warnings = cache.take_warnings();
    assert!(
        warnings.len() == 1 && warnings[0].contains("(it is something else), and is removed"),
        "{warnings:?}"
    );
    assert!(!has(folder.path(), &key("a")));
}

/// A damaged entry is reported as damaged, whatever `accept` says of it.
#[test]
fn damage_is_reported_as_damage() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    fs::write(part(folder.path(), &key("a"), "blob"), "bl0b").unwrap();
    let cache = cache(folder.path());
    let refuse = |_: Candidate<'_>| Err("it is something else".into());
    assert!(matches!(cache.lookup(&key("a"), false, &refuse), Lookup::Miss(_)));
    let warnings = cache.take_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("(its digest does not match)"), "{warnings:?}");
}

/// An entry that records a failure has nothing to deliver.
#[test]
fn a_failure_has_no_blob() {
    let (folder, store) = store();
    store.slot(&key("a"), false).unwrap().unwrap().fail("it can't be".into(), COST).unwrap();
    let entry = store.lookup(&key("a")).unwrap().unwrap();
    assert_eq!((entry.digest(), entry.record().blob_bytes()), (None, 0));
    let mut output = File::create_new(folder.path().join("output")).unwrap();
    for error in [entry.deliver(&mut output).unwrap_err(), entry.read().unwrap_err()] {
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::InvalidData, "it has no blob"));
    }
}

/// Such a store counts neither as absent nor as one to create.
#[test]
fn a_file_in_place_of_a_store_is_an_error() {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let record = part(folder.path(), &key("a"), "json");
    let parent = record.parent().unwrap();
    fs::remove_dir_all(parent).unwrap();
    assert!(store.lookup(&key("a")).unwrap().is_none());
    fs::write(parent, "").unwrap();
    let error = store.lookup(&key("a")).unwrap_err().to_string();
    assert!(error.starts_with("can't read `") && error.contains("Not a directory"), "{error}");
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    fs::write(folder.path().join("v1"), "").unwrap();
    let error = store.lookup(&key("a")).unwrap_err().to_string();
    assert!(error.starts_with("can't open `") && error.contains("Not a directory"), "{error}");
    let error = store.slot(&key("a"), false).unwrap_err().to_string();
    assert!(error.starts_with("can't write `") && error.contains("Not a directory"), "{error}");
}
