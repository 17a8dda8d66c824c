//! The explanation of a miss: the nearest entry, and its differences.

use crate::cache::Cache;
use crate::key::Key;
use crate::record::Record;
use std::path::Path;

/// The entry that is nearest to a key that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The common part of the entry and the key.
    pub same: Same,
    /// The fields that differ: name, value in the entry, value in the key.
    pub fields: Vec<(String, String, String)>,
}

/// The common part of an entry and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// The entry was made from the same source.
    Source,
    /// The entry is the origin of the current file at the output's path.
    Output,
}

impl Cache {
    /// The entry with the fewest differences from a key, among the entries of the same source and the one of the
    /// current output. `None` if there are no such entries. This reads all records of the store.
    pub fn nearest(&self, key: &Key, output: &Path) -> Option<Nearest> {
        let made = self.made(output).map(|made| made.key);
        let entries = self.store().list().ok()?;
        let near = entries.iter().filter_map(|entry| {
            let same = match &entry.record {
                record if made == Some(record.key) => Same::Output,
                record if record.source == key.source() => Same::Source,
                _ => return None,
            };
            Some(Nearest { same, fields: differences(&entry.record, key) })
        });
        near.min_by_key(|nearest| nearest.fields.len())
    }
}

fn differences(record: &Record, key: &Key) -> Vec<(String, String, String)> {
    let mut fields = Vec::new();
    if record.source != key.source() {
        fields.push(("source".into(), record.source.to_string(), key.source().to_string()));
    }
    let none = || String::from("none");
    for (name, value) in key.fields() {
        let there = record.recipe.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        if there != Some(value) {
            fields.push((name.clone(), there.cloned().unwrap_or_else(none), value.clone()));
        }
    }
    for (name, value) in &record.recipe {
        if !key.fields().any(|(other, _)| other == name) {
            fields.push((name.clone(), value.clone(), none()));
        }
    }
    fields
}
