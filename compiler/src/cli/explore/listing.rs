//! The functions of a page, from all sides, the largest first.

use crate::demangled::demangled;
use crate::explore::bodies::Body;
use crate::kind::Kind;
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::did_you_mean;
use precompile::inspect::{Code, Function, FunctionIndex};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

/// The number of functions that a page shows by itself.
const SHOWN: usize = 50;
/// The bytes of their code, all sides together: a page has some eight times as many.
const SHOWN_BYTES: u64 = 3 << 20;

/// The identity of a function: the same on all sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    /// A function of a module.
    Module(FunctionIndex),
    /// One that Wasmtime adds, by its symbol.
    Added(String),
}

/// A function, with its machine code on each side that has it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) identity: Identity,
    pub(super) name: Option<String>,
    pub(super) sides: Vec<Option<Function>>,
}

impl Row {
    /// The size of the largest side.
    pub(super) fn bytes(&self) -> u64 {
        self.sides.iter().flatten().map(|function| function.bytes).max().unwrap_or_default()
    }

    /// The index in a module; `None` for a function that Wasmtime adds.
    pub(super) fn index(&self) -> Option<FunctionIndex> {
        match &self.identity {
            Identity::Module(index) => Some(*index),
            Identity::Added(_) => None,
        }
    }

    /// The function's kind and index, such as `function 7`, or the symbol of one that Wasmtime adds.
    pub(super) fn label(&self) -> String {
        match &self.identity {
            Identity::Module(index) => index.to_string(),
            Identity::Added(symbol) => Escaped(symbol).to_string(),
        }
    }

    /// The test that a user means this function: by its index in any module, or by its name, mangled or not.
    fn is_meant(&self, by: &str) -> bool {
        let is_name = self.name.as_deref().is_some_and(|name| name == by || demangled(name) == by)
            || matches!(&self.identity, Identity::Added(symbol) if symbol == by);
        is_name || by.parse().is_ok_and(|index: u32| self.index().is_some_and(|it| it.function == index))
    }
}

/// The functions of all sides, the largest first. Names are those of the modules, where they are known.
pub(super) fn rows(sides: &[Code<'_>], bodies: &BTreeMap<FunctionIndex, Body>) -> Vec<Row> {
    let mut rows: BTreeMap<Identity, Row> = BTreeMap::new();
    for (at, code) in sides.iter().enumerate() {
        for function in code.functions() {
            let identity = match function.index {
                Some(index) => Identity::Module(index),
                None => Identity::Added(function.symbol.clone()),
            };
            let name = function.index.and_then(|index| bodies.get(&index)?.name.clone());
            let row = rows.entry(identity.clone()).or_insert_with(|| Row {
                identity,
                name: name.or_else(|| function.name.clone()),
                sides: vec![None; sides.len()],
            });
            row.sides[at] = Some(function.clone());
        }
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|row| Reverse(row.bytes()));
    rows
}

/// The number of the largest functions that are shown: as many as a user wants, or by itself no more than a browser shows
/// at once, and one at least.
pub(super) fn largest(rows: &[Row], wanted: Option<NonZeroUsize>) -> usize {
    if let Some(wanted) = wanted {
        return rows.len().min(wanted.get());
    }
    let mut bytes = 0u64;
    let fits = |row: &&Row| {
        let all = row.sides.iter().flatten().map(|function| function.bytes);
        bytes = all.fold(bytes, u64::saturating_add);
        bytes <= SHOWN_BYTES
    };
    rows.iter().take(SHOWN).take_while(fits).count().max(rows.len().min(1))
}

/// The places of the functions that users mean, in the order of the rows.
///
/// # Errors
///
/// If there is none for one of the texts.
pub(super) fn meant(rows: &[Row], texts: &[String]) -> Result<Vec<usize>> {
    for text in texts {
        if !rows.iter().any(|row| row.is_meant(text)) {
            let names: Vec<_> = rows.iter().filter_map(|row| Some(demangled(row.name.as_deref()?))).collect();
            let nearest = did_you_mean(text, names.iter().map(String::as_str));
            let words = "has machine code: the page without `--function` lists all that have";
            return Err(Kind::Usage.error(format!("no function `{text}` {words}{nearest}")));
        }
    }
    let is_meant = |row: &Row| texts.iter().any(|text| row.is_meant(text));
    Ok(rows.iter().enumerate().filter(|(_, row)| is_meant(row)).map(|(at, _)| at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(symbol: &str, index: Option<(u32, u32)>, name: Option<&str>) -> Row {
        let index = index.map(|(module, function)| FunctionIndex { module, function });
        let identity = index.map_or_else(|| Identity::Added(symbol.into()), Identity::Module);
        Row { identity, name: name.map(String::from), sides: Vec::new() }
    }

    #[test]
    fn a_page_has_no_more_code_than_a_browser_shows() {
        let sized = |count: usize, bytes: u64| -> Vec<Row> {
            let function = Function { symbol: String::new(), index: None, name: None, offset: 0, bytes };
            let row = |_| Row { sides: vec![Some(function.clone()), None], ..row("a", None, None) };
            (0..count).map(row).collect()
        };
        let mib = 1 << 20;
        for (count, bytes, shown) in
            [(0, 0, 0), (20, mib / 10, 20), (99, 10, 50), (99, mib, 3), (99, 9 * mib, 1), (99, u64::MAX, 1)]
        {
            assert_eq!(largest(&sized(count, bytes), None), shown, "{count} of {bytes}");
        }
        assert_eq!(largest(&sized(99, 9 * mib), NonZeroUsize::new(70)), 70);
        assert_eq!(largest(&sized(9, 9 * mib), NonZeroUsize::new(70)), 9);
    }

    #[test]
    fn functions_are_meant_by_names_and_indices() {
        let rows = [
            row("a", Some((0, 1)), Some("first")),
            row("b", Some((0, 2)), Some("1")),
            row("c", Some((1, 1)), None),
            row("d", Some((1, 7)), Some("_ZN1a1b17h22fdf804ed1081adE")),
            row("trampoline", None, None),
        ];
        let meant = |texts: &[&str]| {
            let texts: Vec<_> = texts.iter().copied().map(String::from).collect();
            meant(&rows, &texts).map_err(|error| error.to_string())
        };
        assert_eq!(meant(&["first"]), Ok(vec![0]));
        // An index in any module, and a name that looks like one.
        assert_eq!(meant(&["1"]), Ok(vec![0, 1, 2]));
        assert_eq!(meant(&["trampoline", "2"]), Ok(vec![1, 4]));
        assert_eq!((meant(&["a::b"]), meant(&["_ZN1a1b17h22fdf804ed1081adE"])), (Ok(vec![3]), Ok(vec![3])));
        let refused = meant(&["first", "fisrt"]).unwrap_err();
        assert!(refused.starts_with("no function `fisrt` has machine code"), "{refused}");
        assert!(refused.ends_with("did you mean `first`?"), "{refused}");
    }
}
