//! The cause of a cache miss, for people.

use precompile::cache::{Cache, Key, Same};
use std::path::Path;

/// The number of differing fields that are named; more would say no more.
const MAX_FIELDS: usize = 4;

/// The difference between a key and the nearest entry's.
pub(crate) fn text(cache: &Cache, key: &Key, output: &Path) -> String {
    let Some(nearest) = cache.nearest(key, output) else {
        return "not in the cache: it has nothing of this source or output".into();
    };
    let common = match nearest.same {
        Same::Source => "of the same source",
        Same::Output => "that made the output before",
    };
    let mut fields: Vec<_> = nearest.fields.iter().map(difference).collect();
    if fields.len() > MAX_FIELDS {
        let more = fields.len() - MAX_FIELDS;
        fields.truncate(MAX_FIELDS);
        fields.push(format!("and {more} more"));
    }
    if fields.is_empty() {
        return format!("not in the cache: the entry {common} was damaged or removed");
    }
    format!("not in the cache: the nearest entry, {common}, has {}", fields.join(", "))
}

/// The difference of one field: `backend` `winch` instead of `cranelift`.
fn difference((name, there, here): &(String, String, String)) -> String {
    let shown = |value: &str| match value {
        "" => "nothing".into(),
        // A digest.
        value if value.len() == 64 => format!("`{}…`", &value[..8]),
        value => format!("`{value}`"),
    };
    format!("`{name}` {} instead of {}", shown(there), shown(here))
}
