//! Symbols of a program, and the crates that they belong to.

use object::SymbolKind;
use object::read::elf::ElfFile64;
use object::read::{Object, ObjectSymbol};
use rustc_demangle::demangle;
use std::collections::BTreeSet;

/// A function, or data that has a name.
pub(super) struct Symbol {
    /// The name, demangled.
    pub(super) name: String,
    /// The crate that the symbol belongs to, or `C`.
    pub(super) owner: String,
    pub(super) bytes: u64,
}

/// All symbols of a program, one for each address.
pub(super) fn all(elf: &ElfFile64<'_>) -> Vec<Symbol> {
    let mut seen = BTreeSet::new();
    let symbols = elf.symbols().filter(|symbol| {
        let named = matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data);
        named && symbol.size() > 0 && seen.insert(symbol.address())
    });
    symbols
        .filter_map(|symbol| {
            let mangled = symbol.name().ok()?;
            let name = format!("{:#}", demangle(mangled));
            let owner = if name == mangled { "C".into() } else { owner(&name) };
            Some(Symbol { name, owner, bytes: symbol.size() })
        })
        .collect()
}

/// The crate of a path: the type's, where the path is in an implementation of a trait. The standard library's code for
/// a type of another crate belongs to that crate.
fn owner(name: &str) -> String {
    const STANDARD: [&str; 3] = ["core", "alloc", "std"];
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    // The starts of all paths within the name.
    let starts = name.split(['<', ',', '&', ' ', '(', '[']).filter_map(|part| part.split_once("::"));
    let mut crates = starts.map(|(start, _)| start).filter(is_name).peekable();
    let first = crates.peek().copied().unwrap_or("C");
    let implemented = name.starts_with('<') && STANDARD.contains(&first);
    let other = crates.find(|word| !STANDARD.contains(word)).filter(|_| implemented);
    other.unwrap_or(first).into()
}

/// A name that fits a table.
pub(super) fn short(name: &str) -> String {
    const MAX_CHARACTERS: usize = 110;
    let plain: String = name.replace('|', "/");
    match plain.chars().count() {
        0..=MAX_CHARACTERS => plain,
        _ => plain.chars().take(MAX_CHARACTERS).collect::<String>() + "…",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners() {
        for (name, expected) in [
            ("wasmtime::runtime::store::Store<T>::new", "wasmtime"),
            ("<wasmtime::engine::Metadata>::check_cost", "wasmtime"),
            ("core::fmt::write", "core"),
            (
                "<alloc::boxed::Box<wasmtime_environ::OperatorCost> as serde_core::Deserialize>::deserialize",
                "wasmtime_environ",
            ),
            ("<alloc::vec::Vec<u8> as core::fmt::Debug>::fmt", "alloc"),
            ("<precompile_runtime::OpenError as core::fmt::Display>::fmt", "precompile_runtime"),
            ("<&T as core::fmt::Debug>::fmt", "core"),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
    }
}
