//! The store on this machine: slots, pruning, damage, trust, notes on files.

mod entries;
mod files;
mod groups;
mod kept;
mod log;
mod named;
mod nearest;
mod prune;
mod runs;
mod slots;
mod trusted_users;
mod verify;
mod waits;

use precompile_cache::{Cache, Candidate, Digest, Entry, Key, Objection, Recipe, Store, StoreLimits};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const COST: Duration = Duration::from_millis(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A time in which a thread that needn't wait is done.
const A_WHILE: Duration = Duration::from_millis(100);

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    (folder, store)
}

fn cache(folder: &Path) -> Cache {
    Cache::new(Store::new(folder), StoreLimits::default())
}

fn accept(_: Candidate<'_>) -> Result<(), Objection> {
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
