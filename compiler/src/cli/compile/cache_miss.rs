//! Why something isn't in the cache, for people.

use precompile::cache::{Cache, Key, Same};
use std::path::Path;

/// More fields than this say no more than that it is something else.
const MANY: usize = 4;

/// How the nearest entry differs.
pub(crate) fn text(cache: &Cache, key: &Key, output: &Path) -> String {
    let Some(nearest) = cache.nearest(key, output) else {
        return "not in the cache: it has nothing of this source or output".into();
    };
    let whose = match nearest.same {
        Same::Source => "of the same source",
        Same::Output => "that made the output before",
    };
    let mut fields: Vec<_> = nearest.fields.iter().map(difference).collect();
    if fields.len() > MANY {
        let more = fields.len() - MANY;
        fields.truncate(MANY);
        fields.push(format!("and {more} more"));
    }
    if fields.is_empty() {
        return format!("not in the cache: the entry {whose} was damaged or removed");
    }
    format!("not in the cache: the nearest entry, {whose}, has {}", fields.join(", "))
}

/// `backend` `winch` instead of `cranelift`.
fn difference((name, there, here): &(String, String, String)) -> String {
    let shown = |value: &str| match value {
        "" => "nothing".into(),
        // A digest.
        value if value.len() == 64 => format!("`{}…`", &value[..8]),
        value => format!("`{value}`"),
    };
    format!("`{name}` {} instead of {}", shown(there), shown(here))
}
