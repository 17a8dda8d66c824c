//! A shared store as the second level of a cache: hits are counted, and wrong objects are said once and counted.

use crate::scopes::{cache, fill, key, look, objects};
use std::fs;
use std::path::Path;

const KEYS: [Option<&str>; 3] = [None, Some("one"), Some("another")];

#[test]
fn hits_of_the_shared_store_are_counted() {
    let [shared, here, there] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    fill(&cache(here.path(), shared.path()), &key(None), false);
    let other = cache(there.path(), shared.path());
    for scope in KEYS {
        assert!(look(&other, &key(scope)).1.is_some());
        // It is in the store on this machine now.
        assert!(look(&other, &key(scope)).1.is_some());
    }
    other.finish();
    assert_eq!(other.store().log().unwrap().total.remote_hits, 3);
}

/// Fills a shared store with an object that is none.
fn fill_wrong(shared: &Path) {
    let here = tempfile::tempdir().unwrap();
    fill(&cache(here.path(), shared), &key(None), false);
    let [object] = &objects(shared)[..] else { panic!("there is one") };
    fs::write(object, "no object").unwrap();
}

#[test]
fn the_first_wrong_object_is_said_and_the_others_are_counted() {
    let [shared, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    fill_wrong(shared.path());
    let other = cache(there.path(), shared.path());
    for (number, scope) in KEYS.into_iter().enumerate() {
        assert_eq!(look(&other, &key(scope)), (vec![], None));
        let warnings = other.take_warnings();
        assert_eq!(warnings.len(), usize::from(number == 0), "{warnings:?}");
        assert!(warnings.iter().all(|text| text.contains("has a wrong entry: ")), "{warnings:?}");
    }
    other.finish();
    let [warning] = &other.take_warnings()[..] else { panic!("it counts them") };
    assert!(warning.contains("had 2 more wrong entries"), "{warning}");
}

/// One wrong object is said, and there is nothing to count.
#[test]
fn a_single_wrong_object_is_not_counted() {
    let [shared, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    fill_wrong(shared.path());
    let other = cache(there.path(), shared.path());
    assert_eq!(look(&other, &key(None)), (vec![], None));
    other.finish();
    assert_eq!(other.take_warnings().len(), 1);
}
