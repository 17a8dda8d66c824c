//! The functions of a module or component, by their places in the binary.

use anyhow::Result;
use precompile::inspect::FunctionIndex;
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{Name, NameSectionReader, Parser, Payload, TypeRef};

/// A function in the binary.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// The name that the module has for it.
    pub(super) name: Option<String>,
    /// Its place, from the number of its locals to its end, in bytes from the start of the module or component.
    pub(super) range: Range<usize>,
}

/// The functions that the modules of a binary define. Modules are numbered in the order in which they begin, as Wasmtime
/// numbers them.
///
/// # Errors
///
/// If the binary is malformed.
pub(super) fn bodies(wasm: &[u8]) -> Result<BTreeMap<FunctionIndex, Body>> {
    let mut found = BTreeMap::new();
    // The modules and components around the current place; `None` for a component.
    let mut around: Vec<Option<Module>> = Vec::new();
    let mut modules = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::Version { encoding, .. } => around.push(match encoding {
                wasmparser::Encoding::Module => {
                    modules += 1;
                    Some(Module { number: modules - 1, ..Module::default() })
                }
                wasmparser::Encoding::Component => None,
            }),
            Payload::End(_) => {
                if let Some(module) = around.pop().flatten() {
                    found.extend(module.named());
                }
            }
            payload => {
                if let Some(Some(module)) = around.last_mut() {
                    module.section(payload)?;
                }
            }
        }
    }
    Ok(found)
}

/// A module that is read.
#[derive(Default)]
struct Module {
    number: u32,
    imported: u32,
    bodies: Vec<Range<usize>>,
    names: BTreeMap<u32, String>,
}

impl Module {
    fn section(&mut self, payload: Payload<'_>) -> Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        self.imported += 1;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::CustomSection(section) => {
                // A faulty section of names is no fault of the module.
                if let wasmparser::KnownCustom::Name(names) = section.as_known() {
                    let _ = self.read_names(names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_names(&mut self, names: NameSectionReader<'_>) -> Result<()> {
        for name in names {
            let Name::Function(functions) = name? else { continue };
            for naming in functions {
                let naming = naming?;
                self.names.insert(naming.index, naming.name.into());
            }
        }
        Ok(())
    }

    fn named(mut self) -> Vec<(FunctionIndex, Body)> {
        let bodies = std::mem::take(&mut self.bodies).into_iter().zip(self.imported..);
        let named = bodies.map(|(range, function)| {
            let index = FunctionIndex { module: self.number, function };
            (index, Body { name: self.names.remove(&function), range })
        });
        named.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<String> {
        let wasm = wat::parse_str(text).unwrap();
        let bodies = bodies(&wasm).unwrap();
        let shown = |(index, body): (&FunctionIndex, &Body)| {
            format!("{index} {:?} {:?}", body.name, &wasm[body.range.clone()])
        };
        bodies.iter().map(shown).collect()
    }

    #[test]
    fn imports_count_and_names_are_found() {
        let text =
            "(module (import \"\" \"\" (func)) (import \"\" \"g\" (global i32)) (func) (func $named nop))";
        assert_eq!(listed(text), ["function 1 None [0, 11]", "function 2 Some(\"named\") [0, 1, 11]"]);
    }

    #[test]
    fn modules_of_a_component_are_numbered() {
        let text = "(component (core module (func $a)) (component (core module (func $b nop))) \
                    (core module (func $c)))";
        let expected = [
            "function 0 Some(\"a\") [0, 11]",
            "function 0 of module 1 Some(\"b\") [0, 1, 11]",
            "function 0 of module 2 Some(\"c\") [0, 11]",
        ];
        assert_eq!(listed(text), expected);
    }
}
