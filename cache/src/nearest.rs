//! Why there is no entry: how the nearest differs.

use crate::cache::Cache;
use crate::key::Key;
use crate::record::Record;
use std::path::Path;

/// How an entry differs from what was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// What they have in common.
    pub same: Same,
    /// The fields in which they differ, with the value in the entry and the value looked up.
    pub fields: Vec<(String, String, String)>,
}

/// What an entry has in common with what was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// It was made from the same source.
    Source,
    /// It made the file that stands where the output goes.
    Output,
}

impl Cache {
    /// The entry nearest to a key among those of the same source and the one that made the output
    /// which is there now. `None` where there is none. This reads the whole store.
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
    let here = key.recipe().fields();
    let none = || String::from("none");
    for (name, value) in here {
        let there = record.recipe.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        if there != Some(value) {
            fields.push((name.clone(), there.cloned().unwrap_or_else(none), value.clone()));
        }
    }
    for (name, value) in &record.recipe {
        if !here.iter().any(|(other, _)| other == name) {
            fields.push((name.clone(), value.clone(), none()));
        }
    }
    fields
}
