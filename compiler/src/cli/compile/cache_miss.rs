//! The cause of a cache miss, for people.

use precompile::cache::{Cache, Key, Same};
use std::path::Path;

/// The number of differing fields that are named; more would say no more.
const MAX_FIELDS: usize = 4;

/// The digits of a digest that are shown: enough to tell digests apart, and few enough to read.
const DIGITS: usize = 12;

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
    if let Some((there, here)) = digests(there, here) {
        return format!("`{name}` `{there}…` instead of `{here}…`");
    }
    let shown = |value: &str| if value.is_empty() { "nothing".into() } else { format!("`{value}`") };
    format!("`{name}` {} instead of {}", shown(there), shown(here))
}

/// The beginnings of two digests; of lists of digests, such as `built_from`, those of the first two that differ.
fn digests<'a>(there: &'a str, here: &'a str) -> Option<(&'a str, &'a str)> {
    let beginning = |digest: &'a str| {
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest.then(|| &digest[..DIGITS])
    };
    let (there, here) = there.split('+').zip(here.split('+')).find(|(there, here)| there != here)?;
    Some((beginning(there)?, beginning(here)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_short() {
        let text = |there: &str, here: &str| difference(&("built_from".into(), there.into(), here.into()));
        let [one, two, three] = ["a", "b", "c"].map(|digit| digit.repeat(64));
        let expected = "`built_from` `bbbbbbbbbbbb…` instead of `cccccccccccc…`";
        assert_eq!(text(&two, &three), expected);
        assert_eq!(text(&format!("{one}+{two}"), &format!("{one}+{three}")), expected);
        assert_eq!(text("1+2", "1+3"), "`built_from` `1+2` instead of `1+3`");
        assert_eq!(text("", &one), format!("`built_from` nothing instead of `{one}`"));
    }
}
