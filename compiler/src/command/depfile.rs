//! `--depfile`: which outputs come from which inputs, in the form that make and ninja read.

use std::path::Path;

/// The text of a dependency file: one rule an output.
pub(crate) fn text<'a>(rules: impl IntoIterator<Item = (&'a Path, Vec<&'a Path>)>) -> String {
    let rule = |(output, inputs): (&Path, Vec<&Path>)| {
        let inputs: Vec<_> = inputs.into_iter().map(escaped).collect();
        format!("{}: {}\n", escaped(output), inputs.join(" "))
    };
    rules.into_iter().map(rule).collect()
}

/// As gcc and clang escape a path.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('$', "$$").replace('#', "\\#").replace(' ', "\\ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        let rules = [(Path::new("out dir/a.cwasm"), vec![Path::new("a$b.wasm"), Path::new("#c.wat")])];
        assert_eq!(text(rules), "out\\ dir/a.cwasm: a$$b.wasm \\#c.wat\n");
    }
}
