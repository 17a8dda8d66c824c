//! The explanation of a miss.

use crate::{COST, cache, insert, key, store};
use precompile_cache::{Digest, Key, Nearest, Recipe, Same};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// A key with these fields.
fn of(fields: &[(&str, &str)], source: &str) -> Key {
    let fields = fields.iter().map(|(name, value)| (String::from(*name), String::from(*value))).collect();
    Key::new(&Arc::new(Recipe::new("test", fields)), Digest::of(source.as_bytes()))
}

fn fields(differing: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let owned = |(name, there, here): &(&str, &str, &str)| ((*name).into(), (*there).into(), (*here).into());
    differing.iter().map(owned).collect()
}

#[test]
fn the_entry_with_the_fewest_differences_is_the_nearest() {
    let (folder, store) = store();
    let cache = cache(folder.path());
    let wanted = of(&[("backend", "winch"), ("level", "2"), ("new", "1")], "a");
    let nowhere = Path::new("nowhere");
    assert_eq!(cache.nearest(&wanted, nowhere), None);
    // An entry of another source doesn't count, however similar.
    drop(insert(&store, &of(&[("backend", "winch"), ("level", "2"), ("new", "1")], "b"), b"blob"));
    assert_eq!(cache.nearest(&wanted, nowhere), None);
    drop(insert(&store, &of(&[("backend", "other"), ("level", "3"), ("old", "1")], "a"), b"blob"));
    let far =
        [("backend", "other", "winch"), ("level", "3", "2"), ("new", "none", "1"), ("old", "1", "none")];
    let nearest = cache.nearest(&wanted, nowhere);
    assert_eq!(nearest, Some(Nearest { same: Same::Source, fields: fields(&far) }));
    drop(insert(&store, &of(&[("backend", "winch"), ("level", "3"), ("new", "1")], "a"), b"blob"));
    let nearest = cache.nearest(&wanted, nowhere);
    assert_eq!(nearest, Some(Nearest { same: Same::Source, fields: fields(&[("level", "3", "2")]) }));
}

/// The source of the current output has changed.
#[test]
fn the_entry_of_the_current_output_is_near() {
    let (folder, store) = store();
    let cache = cache(folder.path());
    let (before, now) = (key("before"), key("now"));
    drop(insert(&store, &before, b"blob"));
    let output = folder.path().join("output");
    std::fs::write(&output, "blob").unwrap();
    assert_eq!(cache.nearest(&now, &output), None);
    let cost = COST.as_nanos() as u64;
    cache.note_output(&output, &before, Digest::of(b"blob"), cost, SystemTime::now());
    let (there, here) = (before.source().to_string(), now.source().to_string());
    let differing = fields(&[("source", &there, &here)]);
    assert_eq!(cache.nearest(&now, &output), Some(Nearest { same: Same::Output, fields: differing }));
}
