//! Entries that are kept beside those that are looked up.

use crate::{cache, has, key, part};
use precompile_cache::Run;
use std::fs;
use std::path::Path;

#[test]
fn a_kept_blob_is_there_until_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    assert!(!cache.has_kept(&key("a")) && cache.kept(&key("a")).is_none());
    cache.keep(&key("a"), Some(Path::new("a.wasm")), b"blob");
    // What is there stays.
    cache.keep(&key("a"), None, b"another");
    assert!(cache.has_kept(&key("a")) && !cache.has_kept(&key("b")));
    assert_eq!(cache.kept(&key("a")).unwrap(), b"blob");
    assert_eq!(cache.store().list().unwrap()[0].name.as_deref(), Some("a.wasm"));
    assert_eq!(cache.take_warnings(), [""; 0]);
    fs::write(part(folder.path(), &key("a"), "blob"), b"bl0b").unwrap();
    assert!(cache.kept(&key("a")).is_none() && !has(folder.path(), &key("a")));
    assert!(cache.take_warnings()[0].contains("its digest does not match"));
}

/// Hits and misses are those of artifacts.
#[test]
fn a_kept_blob_is_no_miss() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    cache.keep(&key("a"), None, b"blob");
    assert!(cache.kept(&key("a")).is_some());
    cache.finish();
    let Run { hits, misses, stored_bytes, .. } = cache.store().log().unwrap().total;
    assert_eq!((hits, misses, stored_bytes), (0, 0, 4));
}
