//! The search for a name that was probably meant.

/// The least similarity of a name that is suggested.
const LEAST: f64 = 0.8;

/// The name in `names` that is most similar to an unknown name, if any is similar enough.
///
/// ```
/// assert_eq!(precompile::similar("feul", ["gc", "fuel"]), Some("fuel"));
/// assert_eq!(precompile::similar("plugins", ["gc", "fuel"]), None);
/// ```
pub fn similar<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |other: &str| {
        // One letter of four may differ, or be swapped with its neighbour; long names may share a beginning.
        let edits = strsim::normalized_damerau_levenshtein(name, other) + 0.05;
        edits.max(strsim::jaro_winkler(name, other) - 0.1)
    };
    let mut ranked: Vec<_> = names.into_iter().map(|other| (similarity(other), other)).collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranked.first().filter(|(similarity, _)| *similarity >= LEAST).map(|(_, other)| *other)
}

/// The end of a message about an unknown name: a suggestion, if a name in `names` is similar enough.
///
/// ```
/// assert_eq!(precompile::did_you_mean("feul", ["gc", "fuel"]), "; did you mean `fuel`?");
/// assert_eq!(precompile::did_you_mean("plugins", ["gc", "fuel"]), "");
/// ```
pub fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    similar(name, names).map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_found() {
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
