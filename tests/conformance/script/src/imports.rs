//! The imports of a module or component.

use anyhow::Result;
use wasmparser::{Parser, Payload};

/// The imports, each as a module and a name; a component's as a name and nothing.
pub(crate) fn imports(wasm: &[u8]) -> Result<Vec<(String, String)>> {
    let mut imports = Vec::new();
    // The number of open modules and components: those within a component have imports of their own.
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ImportSection(section) if depth == 1 => {
                for import in section.into_imports() {
                    let import = import?;
                    imports.push((import.module.to_string(), import.name.to_string()));
                }
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push((import?.name.name.to_string(), String::new()));
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::Wat;
    use wast::parser::{ParseBuffer, parse};

    #[test]
    fn imports_within_a_component_are_left_out() {
        let text = r#"(component
            (core module (import "inner" "f" (func)))
            (component (import "between" (func)))
            (import "outer" (instance)))"#;
        let buffer = ParseBuffer::new(text).unwrap();
        let wasm = parse::<Wat<'_>>(&buffer).unwrap().encode().unwrap();
        assert_eq!(imports(&wasm).unwrap(), [("outer".to_string(), String::new())]);
    }
}
