//! Names that were probably meant.

/// Less alike than this, names have nothing to do with each other.
const LEAST: f64 = 0.8;

/// The name among these that is most like one that is none of them, if any is like it.
///
/// ```
/// assert_eq!(precompile::similar("feul", ["gc", "fuel"]), Some("fuel"));
/// assert_eq!(precompile::similar("plugins", ["gc", "fuel"]), None);
/// ```
pub fn similar<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |other: &str| {
        // One letter of four may differ, or stand in its neighbour's place; long names may share a beginning.
        let edits = strsim::normalized_damerau_levenshtein(name, other) + 0.05;
        edits.max(strsim::jaro_winkler(name, other) - 0.1)
    };
    let mut alike: Vec<_> = names.into_iter().map(|other| (likeness(other), other)).collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.first().filter(|(likeness, _)| *likeness >= LEAST).map(|(_, other)| *other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        let verbs =
            ["cache", "compare", "compile", "completions", "explain", "help", "inspect", "man", "targets"];
        for (name, meant) in [
            ("inpsect", Some("inspect")),
            ("inspct", Some("inspect")),
            ("target", Some("targets")),
            ("exlpain", Some("explain")),
            ("complie", Some("compile")),
            ("comapre", Some("compare")),
            ("cahce", Some("cache")),
            ("completion", Some("completions")),
            ("app", None),
            ("plugins", None),
            ("mna", None),
            ("mans", Some("man")),
            ("map", None),
            ("component", None),
            ("", None),
        ] {
            assert_eq!(similar(name, verbs), meant, "{name}");
        }
    }
}
