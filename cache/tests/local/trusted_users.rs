//! The users whose entries are trusted.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what can't run says so")]

use crate::{COST, accept, cache, has, insert, key, part, store};
use precompile_cache::{Cache, Candidate, Digest, Error, Lookup, Store, StoreLimits, TrustedUsers};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The number of a user who owns nothing here.
const NOBODY: u32 = 65534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o7777
}

/// A folder whose store has an entry.
fn filled() -> (TempDir, Store) {
    let (folder, store) = store();
    drop(insert(&store, &key("a"), b"blob"));
    let store = Store::new(folder.path());
    (folder, store)
}

/// The result of a lookup by a new process.
fn lookup(folder: &Path) -> Result<bool, Error> {
    Store::new(folder).lookup(&key("a")).map(|found| found.is_some())
}

fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_path_buf()];
    let mut at = 0;
    while let Some(path) = all.get(at).cloned() {
        at += 1;
        if path.is_dir() {
            all.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    all
}

#[test]
fn folders_and_files_are_for_their_owner_only() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("new/cache");
    let cache = cache(&folder);
    match cache.lookup(&key("a"), true, &accept) {
        Lookup::Miss(turn) => cache.fill(turn, b"blob", COST),
        other => panic!("{other:?}"),
    };
    // This adds a file of notes.
    cache.note_output(&outside.path().join("none"), &key("a"), Digest::of(b""), 1, SystemTime::now());
    cache.read_digest(&part(&folder, &key("a"), "blob")).unwrap();
    cache.finish();
    let all = everything(&folder);
    assert!(all.len() > 10, "{all:?}");
    for path in all {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "{path:?}");
    }
}

/// If anyone is trusted, folders and files have the modes of any program's.
#[test]
fn shared_folders_and_files_have_the_usual_modes() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("cache");
    let store = Store::new(&folder).trusting(TrustedUsers::Anyone);
    drop(insert(&store, &key("a"), b"blob"));
    fs::create_dir(outside.path().join("folder")).unwrap();
    fs::write(outside.path().join("file"), "").unwrap();
    let [usual_folder, usual_file] = ["folder", "file"].map(|name| mode(&outside.path().join(name)));
    for path in everything(&folder) {
        assert_eq!(mode(&path), if path.is_dir() { usual_folder } else { usual_file }, "{path:?}");
    }
}

#[test]
fn folders_that_others_can_write_are_not_used() {
    for (name, open, is_refused) in [
        ("", 0o777, true),
        ("", 0o1777, false),
        ("", 0o770, false),
        ("", 0o755, false),
        ("v1", 0o777, true),
        ("v1", 0o1777, true),
        ("v1", 0o720, true),
        ("v1", 0o702, true),
        ("v1", 0o755, false),
        ("v1/entries", 0o770, true),
        ("v1/groups", 0o777, true),
        ("v1/filling", 0o707, true),
        ("v1/files", 0o777, true),
        ("v1/temp", 0o777, true),
    ] {
        let (folder, _) = filled();
        // The path has no slash at its end.
        let path = if name.is_empty() { folder.path().into() } else { folder.path().join(name) };
        set_mode(&path, open);
        let cache = cache(folder.path());
        let looked = (lookup(folder.path()), cache.lookup(&key("a"), false, &accept));
        match looked {
            (Ok(true), Lookup::Hit(_)) if !is_refused => assert_eq!(cache.take_warnings(), [""; 0]),
            (Err(error @ Error::Open { .. }), Lookup::Miss(turn)) if is_refused => {
                let named = format!("other users can write to `{}`: ", path.display());
                assert!(error.to_string().starts_with(&named), "{error}");
                let warnings = cache.take_warnings();
                let [warning] = &warnings[..] else { panic!("{warnings:?}") };
                assert!(warning.contains("does without the cache") && warning.contains(&named), "{warning}");
                // Nothing is stored, and no notes are used.
                assert_eq!(cache.fill(turn, b"blob", COST), None);
                let blob = part(folder.path(), &key("a"), "blob");
                let later = SystemTime::now() + Duration::from_secs(10);
                cache.note_output(&blob, &key("a"), Digest::of(b"blob"), 1, later);
                assert_eq!(cache.in_place(&blob, &key("a"), false), None);
                cache.finish();
                assert_eq!(cache.take_warnings(), [""; 0], "it is said once");
            }
            other => panic!("{name} {open:o}: {other:?}"),
        }
        let anyone = Store::new(folder.path()).trusting(TrustedUsers::Anyone);
        assert!(anyone.lookup(&key("a")).unwrap().is_some(), "{name} {open:o}");
    }
}

/// The caller is told that others may have written an entry.
#[test]
fn an_entry_of_anyones_is_offered_as_shared() {
    for (users, is_shared) in [(TrustedUsers::Owner, false), (TrustedUsers::Anyone, true)] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path()).trusting(users);
        drop(insert(&store, &key("a"), b"blob"));
        let cache = Cache::new(store, StoreLimits::default());
        let accept = |found: Candidate<'_>| match found.is_shared == is_shared {
            true => Ok(()),
            false => Err("it is the other".into()),
        };
        assert!(matches!(cache.lookup(&key("a"), false, &accept), Lookup::Hit(_)), "{users:?}");
    }
}

#[test]
fn every_use_of_a_store_checks_it() {
    let (folder, store) = filled();
    set_mode(&folder.path().join("v1"), 0o777);
    assert!(matches!(store.slot(&key("b"), false), Err(Error::Open { .. })));
    assert!(matches!(store.list(), Err(Error::Open { .. })));
    assert!(matches!(store.log(), Err(Error::Open { .. })));
    assert!(matches!(store.verify(), Err(Error::Open { .. })));
    assert!(matches!(store.prune(StoreLimits::default(), true), Err(Error::Open { .. })));
    assert!(matches!(store.keep("name", b"text"), Err(Error::Open { .. })));
}

/// Existing entries are removed, and other users can't add any more.
#[test]
fn clearing_closes_a_store() {
    let (folder, store) = filled();
    for path in everything(folder.path()) {
        set_mode(&path, 0o777);
    }
    assert!(matches!(store.lookup(&key("a")), Err(Error::Open { .. })));
    assert_eq!(store.clear().unwrap().removed_entries, 1);
    for path in everything(folder.path()) {
        // The log is written anew.
        assert_eq!(mode(&path), if path.ends_with("log") { 0o600 } else { 0o755 }, "{path:?}");
    }
    assert!(!lookup(folder.path()).unwrap());
    drop(insert(&Store::new(folder.path()), &key("a"), b"blob"));
    assert!(lookup(folder.path()).unwrap());
    // If anyone is trusted, the modes stay as they are.
    set_mode(&folder.path().join("v1"), 0o777);
    Store::new(folder.path()).trusting(TrustedUsers::Anyone).clear().unwrap();
    assert_eq!(mode(&folder.path().join("v1")), 0o777);
}

#[test]
fn entries_that_others_can_write_are_removed() {
    for (extension, mode) in [("json", 0o620), ("json", 0o602), ("blob", 0o666), ("blob", 0o622)] {
        let (folder, store) = filled();
        set_mode(&part(folder.path(), &key("a"), extension), mode);
        let cache = Cache::new(store, StoreLimits::default());
        assert!(matches!(cache.lookup(&key("a"), false, &accept), Lookup::Miss(_)), "{extension}");
        let warnings = cache.take_warnings();
        assert!(warnings.len() == 1 && warnings[0].contains("other users can write to"), "{warnings:?}");
        assert!(!has(folder.path(), &key("a")), "{extension}");
    }
}

/// The entry is read directly, without a cache's lookup.
#[test]
fn a_blob_that_others_can_write_is_damaged() {
    let (folder, store) = filled();
    let entry = store.lookup(&key("a")).unwrap().unwrap();
    set_mode(&part(folder.path(), &key("a"), "blob"), 0o666);
    let error = entry.read().unwrap_err();
    assert!(precompile_cache::is_damage(&error) && error.to_string().contains("can write to"), "{error}");
}

#[test]
fn files_of_another_user_are_not_used() {
    let (folder, _) = filled();
    if folder.path().metadata().unwrap().uid() != 0 {
        println!("not run: only root gives files to others");
        return;
    }
    let v1 = folder.path().join("v1");
    for path in [folder.path(), &v1, &v1.join("entries"), &v1.join("files")] {
        chown(path, Some(NOBODY), None).unwrap();
        let error = lookup(folder.path()).unwrap_err();
        assert!(matches!(error, Error::Theirs { user: NOBODY, .. }), "{error}");
        let anyone = Store::new(folder.path()).trusting(TrustedUsers::Anyone);
        assert!(anyone.lookup(&key("a")).unwrap().is_some());
        chown(path, Some(0), None).unwrap();
        assert!(lookup(folder.path()).unwrap());
    }
    for extension in ["json", "blob"] {
        drop(insert(&Store::new(folder.path()), &key("a"), b"blob"));
        chown(part(folder.path(), &key("a"), extension), Some(NOBODY), None).unwrap();
        let cache = cache(folder.path());
        assert!(matches!(cache.lookup(&key("a"), false, &accept), Lookup::Miss(_)), "{extension}");
        let warnings = cache.take_warnings();
        assert!(
            warnings.len() == 1 && warnings[0].contains("belongs to another user, number 65534"),
            "{warnings:?}"
        );
    }
}

/// Absent folders are checked once they exist.
#[test]
fn a_store_is_checked_until_all_folders_exist() {
    let outside = tempfile::tempdir().unwrap();
    let store = Store::new(&outside.path().join("cache"));
    assert!(store.lookup(&key("a")).unwrap().is_none());
    set_mode(&outside.path().join("cache/v1"), 0o777);
    assert!(matches!(store.lookup(&key("a")), Err(Error::Open { .. })));
}

/// Something else in place of a folder is left alone.
#[test]
fn a_dangling_link_is_no_folder() {
    let (folder, store) = store();
    std::os::unix::fs::symlink("nowhere", folder.path().join("v1")).unwrap();
    let error = store.slot(&key("a"), false).unwrap_err().to_string();
    assert!(error.contains("File exists"), "{error}");
    assert_eq!(crate::names(folder.path().into()), ["v1"]);
}

/// Not even root closes them.
#[test]
fn clearing_does_not_close_folders_of_another_user() {
    let (folder, store) = filled();
    if folder.path().metadata().unwrap().uid() != 0 {
        println!("not run: only root gives files to others");
        return;
    }
    let temp = folder.path().join("v1/temp");
    set_mode(&temp, 0o777);
    chown(&temp, Some(NOBODY), None).unwrap();
    store.clear().unwrap();
    assert_eq!(mode(&temp), 0o777);
}

/// The owner of a link can replace it after the folder behind it was checked.
#[test]
fn another_users_link_is_not_followed() {
    let (folder, _) = filled();
    if folder.path().metadata().unwrap().uid() != 0 {
        println!("not run: only root gives links to others");
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let link = outside.path().join("cache");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    assert!(lookup(&link).unwrap(), "a link of one's own does no harm");
    lchown(&link, Some(NOBODY), None).unwrap();
    let error = lookup(&link).unwrap_err();
    assert!(matches!(&error, Error::Theirs { user: NOBODY, path } if *path == link), "{error}");
    assert!(matches!(lookup(&link.join("")), Err(Error::Theirs { .. })));
    let anyone = Store::new(&link).trusting(TrustedUsers::Anyone);
    assert!(anyone.lookup(&key("a")).unwrap().is_some());
    // Nor is a link in place of an inner folder followed, if others may write to the outermost one.
    let (v1, moved) = (folder.path().join("v1"), folder.path().join("moved"));
    fs::rename(&v1, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &v1).unwrap();
    assert!(lookup(folder.path()).unwrap());
    lchown(&v1, Some(NOBODY), None).unwrap();
    let error = lookup(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::Theirs { user: NOBODY, path } if *path == v1), "{error}");
}

#[test]
fn trust_is_read_from_its_name() {
    assert_eq!(("owner".parse(), "anyone".parse()), (Ok(TrustedUsers::Owner), Ok(TrustedUsers::Anyone)));
    let error = "me".parse::<TrustedUsers>().unwrap_err().to_string();
    assert!(error.contains("`me`") && error.contains("`owner` or `anyone`"), "{error}");
}
