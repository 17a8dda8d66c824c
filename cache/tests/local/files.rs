//! Notes on files, by which they are known without reading them.

#![cfg(target_os = "linux")]

use crate::{COST, cache, key, names, store};
use precompile_cache::{Digest, Identity};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The time after a change from which a file is known without reading it.
const SETTLED: Duration = Duration::from_millis(2100);

/// A file whose last change is long enough ago, and its folder, which holds another such file.
fn input() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, "input").unwrap();
    fs::write(folder.path().join("other"), "input").unwrap();
    thread::sleep(SETTLED);
    (folder, input)
}

/// Reads a file, and saves the note on it.
fn note(cache_folder: &Path, input: &Path) {
    let cache = cache(cache_folder);
    // This creates the folders.
    drop(cache.store().slot(&key("a"), false).unwrap());
    assert_eq!(cache.read_digest(input).unwrap(), Digest::of(b"input"));
    cache.finish();
    assert_eq!(cache.take_warnings(), [""; 0]);
}

fn recall(cache_folder: &Path, input: &Path) -> Option<Digest> {
    cache(cache_folder).recall(input, &Identity::at(input).unwrap())
}

/// The path of the only file of notes.
fn notes(cache_folder: &Path) -> PathBuf {
    let notes = cache_folder.join("v1/files");
    let names = names(notes.clone());
    assert_eq!(names.len(), 1);
    notes.join(&names[0])
}

#[test]
fn damaged_notes_of_files_are_ignored() {
    let (folder, _store) = store();
    let (_inputs, input) = input();
    let (digest, recall) = (Digest::of(b"input"), || recall(folder.path(), &input));
    assert_eq!(recall(), None);
    note(folder.path(), &input);
    assert_eq!(recall(), Some(digest));
    let path = notes(folder.path());
    let whole = fs::read(&path).unwrap();
    for cut in [0, 1, 31, 32, whole.len() - 33, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(recall(), None, "cut at {cut}");
    }
    // The damaged part may also be the noted digest.
    let at = whole.windows(32).position(|window| window == digest.bytes()).unwrap();
    for at in [0, at, at + 31, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(recall(), None, "flipped at {at}");
    }
    // The notes are written anew.
    note(folder.path(), &input);
    assert_eq!(recall(), Some(digest));
}

/// Mounts are numbered anew at each boot.
#[test]
fn notes_from_before_a_reboot_are_not_believed() {
    let (folder, _store) = store();
    let (_inputs, input) = input();
    note(folder.path(), &input);
    let path = notes(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    let boot = fs::read("/proc/sys/kernel/random/boot_id").unwrap();
    let at = bytes.windows(boot.len()).position(|window| window == boot).unwrap();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    let (begin, end) = (bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1, bytes.len() - 32);
    let digest = Digest::of(&bytes[begin..end]);
    bytes[end..].copy_from_slice(digest.bytes());
    fs::write(&path, &bytes).unwrap();
    assert_eq!(recall(folder.path(), &input), None);
    // After reading the file, it is known again.
    note(folder.path(), &input);
    assert_eq!(recall(folder.path(), &input), Some(Digest::of(b"input")));
}

#[test]
fn a_file_that_was_just_written_is_read_again() {
    let (folder, _store) = store();
    let cache = cache(folder.path());
    let input = folder.path().join("input");
    fs::write(&input, "input").unwrap();
    cache.read_digest(&input).unwrap();
    assert_eq!(cache.recall(&input, &Identity::at(&input).unwrap()), None);
}

#[test]
fn notes_of_other_processes_stay() {
    let (folder, _store) = store();
    let (inputs, input) = input();
    let other = inputs.path().join("other");
    // Both have no notes yet, and save theirs one after the other.
    let caches = [cache(folder.path()), cache(folder.path())];
    drop(caches[0].store().slot(&key("a"), false).unwrap());
    for (cache, file) in caches.iter().zip([&input, &other]) {
        cache.read_digest(file).unwrap();
    }
    caches.iter().for_each(|cache| cache.finish());
    for file in [&input, &other] {
        assert_eq!(recall(folder.path(), file), Some(Digest::of(b"input")));
    }
}

/// An output is known by its note, or read if the caller asks for that.
#[test]
fn an_output_is_read_on_request() {
    let (folder, _store) = store();
    let cache = cache(folder.path());
    let output = folder.path().join("output");
    fs::write(&output, "input").unwrap();
    let later = SystemTime::now() + Duration::from_secs(10);
    let note = |holds: &[u8]| cache.note_output(&output, &key("a"), Digest::of(holds), 7, later);
    let in_place =
        |key_of: &str, read| cache.in_place(&output, &key(key_of), read).map(|it| (it.bytes, it.cost_ns));
    assert_eq!([false, true].map(|read| in_place("a", read)), [None; 2]);
    note(b"input");
    assert_eq!([false, true].map(|read| in_place("a", read)), [Some((5, 7)); 2]);
    assert_eq!([false, true].map(|read| in_place("b", read)), [None; 2]);
    // As if a change had left no trace.
    note(b"other");
    assert_eq!([false, true].map(|read| in_place("a", read)), [Some((5, 7)), None]);
    fs::remove_file(&output).unwrap();
    assert_eq!([false, true].map(|read| in_place("a", read)), [None; 2]);
    let (hits, saved_ns) = {
        cache.finish();
        let total = cache.store().log().unwrap().total;
        (total.hits, total.saved_ns)
    };
    assert_eq!((hits, saved_ns), (3, 21));
}

#[test]
fn reading_an_output_changes_nothing() {
    let (folder, _store) = store();
    let cache = cache(folder.path());
    let (_inputs, file) = input();
    let in_place = || cache.in_place(&file, &key("a"), false).is_some();
    let digest = Digest::of(b"input");
    cache.note_output(&file, &key("a"), digest, COST.as_nanos() as u64, SystemTime::now());
    assert!(in_place());
    assert_eq!(cache.read_digest(&file).unwrap(), digest);
    assert!(in_place());
}

/// The file was an output, changed, and is now read as an input.
#[test]
fn the_origin_of_an_output_is_dropped_when_it_changes() {
    let (folder, _store) = store();
    let cache = cache(folder.path());
    let file = folder.path().join("output");
    fs::write(&file, "input").unwrap();
    let in_place = || cache.in_place(&file, &key("a"), false).is_some();
    let (digest, later) = (Digest::of(b"input"), SystemTime::now() + SETTLED);
    cache.note_output(&file, &key("a"), digest, COST.as_nanos() as u64, later);
    assert!(in_place());
    fs::write(&file, "inp0t").unwrap();
    thread::sleep(SETTLED);
    assert!(!in_place());
    assert_ne!(cache.read_digest(&file).unwrap(), digest);
    assert!(!in_place(), "it is not what the key made");
}
