//! Symbols of a program, and whose they are.

use object::SymbolKind;
use object::read::elf::ElfFile64;
use object::read::{Object, ObjectSymbol};
use rustc_demangle::demangle;
use std::collections::BTreeSet;

/// A function, or data that has a name.
pub(super) struct Symbol {
    /// As Rust writes it.
    pub(super) name: String,
    /// The crate that it is of, or `C`.
    pub(super) of: String,
    pub(super) bytes: u64,
}

/// All that a program has, each address once.
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
            let of = if name == mangled { "C".into() } else { owner(&name) };
            Some(Symbol { name, of, bytes: symbol.size() })
        })
        .collect()
}

/// The crate of a path: of the type, where it is an implementation of a trait for one. What the standard
/// library has for a type of another crate's is that crate's.
fn owner(name: &str) -> String {
    const STANDARD: [&str; 3] = ["core", "alloc", "std"];
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    // What starts a path, wherever in the name one stands.
    let starts = name.split(['<', ',', '&', ' ', '(', '[']).filter_map(|part| part.split_once("::"));
    let mut crates = starts.map(|(start, _)| start).filter(is_name).peekable();
    let first = crates.peek().copied().unwrap_or("C");
    let implemented = name.starts_with('<') && STANDARD.contains(&first);
    let other = crates.find(|word| !STANDARD.contains(word)).filter(|_| implemented);
    other.unwrap_or(first).into()
}

/// A name that fits a table.
pub(super) fn short(name: &str) -> String {
    const MOST: usize = 110;
    let plain: String = name.replace('|', "/");
    match plain.chars().count() {
        0..=MOST => plain,
        _ => plain.chars().take(MOST).collect::<String>() + "…",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners() {
        for (name, of) in [
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
            assert_eq!(owner(name), of, "{name}");
        }
    }
}
