//! The verification of all entries.

use crate::{COST, has, insert, key, part, store};
use std::fs;

#[test]
fn damaged_entries_are_removed_and_named() {
    let (folder, store) = store();
    let whole = ["a", "b"].map(key);
    whole.iter().for_each(|key| drop(insert(&store, key, b"blob")));
    store.slot(&key("failure"), false).unwrap().unwrap().fail("it can't be".into(), COST).unwrap();
    let bytes = store.list().unwrap().iter().map(|found| found.bytes).sum::<u64>();
    let before = store.verify().unwrap();
    assert_eq!((before.whole_entries, before.whole_bytes, before.damaged), (3, bytes, vec![]));
    let mut damaged = Vec::new();
    for (source, extension, damage) in
        [("blob", "blob", Some("bl0b")), ("gone", "blob", None), ("record", "json", Some("{}\n"))]
    {
        drop(insert(&store, &key(source), b"blob"));
        let path = part(folder.path(), &key(source), extension);
        match damage {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        damaged.push(path);
    }
    let mut after = store.verify().unwrap();
    after.damaged.sort();
    damaged.sort();
    assert_eq!((after.whole_entries, after.whole_bytes, after.damaged), (3, bytes, damaged));
    assert!(whole.iter().all(|key| has(folder.path(), key)));
    assert!(
        ["blob", "gone", "record"].iter().all(|source| !part(folder.path(), &key(source), "json").exists())
    );
    assert_eq!(store.verify().unwrap().damaged, Vec::<std::path::PathBuf>::new());
}
