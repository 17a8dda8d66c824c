//! The size that an artifact may have, and the error of one beyond it, which names its largest parts.

use crate::demangled::described;
use crate::kind::Kind;
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::inspect::{Code, inspect};
use std::cmp::Reverse;

/// The number of the largest parts of each kind that the error names.
const NAMED: usize = 5;

/// Tells whether an artifact of this size is within its budget, if it has one.
pub(super) fn is_kept(budget: Option<u64>, bytes: u64) -> bool {
    budget.is_none_or(|budget| bytes <= budget)
}

/// Checks that an artifact is within its budget, if it has one.
///
/// # Errors
///
/// If it is larger: an error of several lines, with its largest parts.
pub(super) fn check(budget: Option<u64>, artifact: &[u8]) -> Result<()> {
    let bytes = artifact.len() as u64;
    match budget {
        Some(budget) if bytes > budget => Err(Kind::OverBudget.error(format!(
            "it would have {bytes} bytes, {} bytes more than `--budget` allows: leave parts out by `--strip`, make the \
             module smaller, or allow more; {}",
            bytes - budget,
            largest_parts(artifact)
        ))),
        _ => Ok(()),
    }
}

/// The largest sections and functions, a line for each.
fn largest_parts(artifact: &[u8]) -> String {
    let sections = inspect(artifact).map(|inspection| inspection.sections).unwrap_or_default();
    let sections = sections.into_iter().map(|section| (section.bytes, format!("`{}`", section.name)));
    let code = Code::read(artifact).ok();
    let functions = code.iter().flat_map(|code| code.functions());
    let functions: Vec<_> = functions.map(|function| (function.bytes, described(function))).collect();
    let functions = match functions.is_empty() {
        true => {
            "\n  it names no functions, which takes symbols: leave out `--strip symbols` to see them".into()
        }
        false => lines("functions", functions),
    };
    format!("its largest parts are{}{functions}", lines("sections", sections.collect()))
}

/// A heading, and the largest parts of a kind below it.
fn lines(heading: &str, mut parts: Vec<(u64, String)>) -> String {
    parts.sort_by_key(|(bytes, _)| Reverse(*bytes));
    let parts = parts.iter().take(NAMED).filter(|(bytes, _)| *bytes > 0);
    let parts = parts.map(|(bytes, name)| format!("\n    {bytes} bytes in {}", Escaped(name)));
    format!("\n  {heading}:{}", parts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile::{Backend, Compiler, Options, Platform};

    fn artifact(text: &str) -> Vec<u8> {
        let options = Options::new(Backend::Cranelift, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        Compiler::default().compile(&options, text.as_bytes()).unwrap().artifact
    }

    #[test]
    fn the_budget_itself_is_kept() {
        let artifact = artifact("(module (func $only))");
        let bytes = artifact.len() as u64;
        for (budget, is_right) in
            [(None, true), (Some(bytes), true), (Some(bytes - 1), false), (Some(0), false)]
        {
            assert_eq!(check(budget, &artifact).is_ok(), is_right, "{budget:?}");
            assert_eq!(is_kept(budget, bytes), is_right, "{budget:?}");
        }
    }

    /// The largest function comes first, and names can't begin a line.
    #[test]
    fn the_largest_parts_are_named() {
        let calls = "(call $\"a\\nb\")".repeat(100);
        let artifact = artifact(&format!("(module (func $\"a\\nb\") (func $large {calls}))"));
        let error = check(Some(1), &artifact).unwrap_err();
        assert_eq!(Kind::of(&error), Kind::OverBudget);
        let error = error.to_string();
        let (sections, functions) = error.split_once("\n  functions:\n").unwrap();
        assert!(
            sections.contains("\n  sections:\n    ") && sections.contains(" bytes in `.text`"),
            "{error}"
        );
        let functions: Vec<_> = functions.lines().collect();
        assert!(functions[0].ends_with(" bytes in function 1 `large`"), "{error}");
        assert!(functions.iter().any(|line| line.ends_with("function 0 `a?b`")), "{error}");
        assert!(error.lines().skip(1).all(|line| line.starts_with("  ")), "{error}");
    }
}
