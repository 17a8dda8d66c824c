//! `--depfile`: which outputs come from which inputs, in the form that make and ninja read.

use anyhow::{Result, anyhow};
use std::path::Path;

/// The text of a dependency file: one rule an output.
///
/// # Errors
///
/// Where a path can't be written in such a file.
pub(crate) fn text<'a>(rules: impl IntoIterator<Item = (&'a Path, Vec<&'a Path>)>) -> Result<String> {
    let rule = |(output, inputs): (&Path, Vec<&Path>)| {
        let inputs = inputs.into_iter().map(escaped).collect::<Result<Vec<_>>>()?;
        Ok(format!("{}: {}\n", escaped(output)?, inputs.join(" ")))
    };
    rules.into_iter().map(rule).collect()
}

/// A path as make reads it: a backslash before what means something, and double where it stands
/// before a blank.
fn escaped(path: &Path) -> Result<String> {
    let unwritable = || anyhow!("`{}` can't be named in a dependency file: rename it", path.display());
    let name = path.to_str().filter(|name| !name.contains('\n')).ok_or_else(unwritable)?;
    let mut text = String::new();
    for c in name.chars() {
        match c {
            ' ' | '\t' => {
                let backslashes = text.chars().rev().take_while(|c| *c == '\\').count();
                text.push_str(&"\\".repeat(backslashes + 1));
            }
            '#' | ':' => text.push('\\'),
            '$' => text.push('$'),
            _ => {}
        }
        text.push(c);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        let rules = [(Path::new("out dir/a.cwasm"), vec![Path::new("a$b.wasm"), Path::new("#c.wat")])];
        assert_eq!(text(rules).unwrap(), "out\\ dir/a.cwasm: a$$b.wasm \\#c.wat\n");
    }
}
