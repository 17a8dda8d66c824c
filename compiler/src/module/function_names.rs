//! The removal of the functions' names from a module.

use wasm_encoder::{ComponentSectionId, Encode, RawSection, Section};
use wasmparser::{BinaryReaderError, Parser, Payload};

/// The custom sections that hold names, of modules and of components.
const NAMES: [&str; 2] = ["name", "component-name"];

/// The same module or component without the sections that hold names, also in nested modules and components.
///
/// # Errors
///
/// A malformed module, which the backend would refuse, too.
pub(crate) fn without_names(wasm: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    // The current module or component, and the ones around it.
    let mut written: Vec<u8> = Vec::with_capacity(wasm.len());
    let mut around = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::Version { range, .. } => written.extend(&wasm[range.clone()]),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                let id = match payload {
                    Payload::ModuleSection { .. } => ComponentSectionId::CoreModule,
                    _ => ComponentSectionId::Component,
                };
                around.push((std::mem::take(&mut written), id));
            }
            Payload::End(_) => {
                if let Some((mut outer, id)) = around.pop() {
                    outer.push(id.into());
                    written.encode(&mut outer);
                    written = outer;
                }
            }
            Payload::CustomSection(section) if NAMES.contains(&section.name()) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    RawSection { id, data: &wasm[range] }.append_to(&mut written);
                }
            }
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result is the binary of the text without names.
    #[test]
    fn nothing_else_is_lost() {
        let named = wat::parse_str(
            r#"(module $m (import "env" "f" (func $f)) (memory $mem 1) (data $d (i32.const 0) "x")
                (@custom "other" "kept") (func $run (export "run") (param $x i32) (local $y i64) (call $f)))"#,
        );
        let plain = wat::parse_str(
            r#"(module (import "env" "f" (func)) (memory 1) (data (i32.const 0) "x")
                (@custom "other" "kept") (func (export "run") (param i32) (local i64) (call 0)))"#,
        );
        let (named, plain) = (named.unwrap(), plain.unwrap());
        assert_ne!(named, plain);
        assert_eq!(without_names(&named).unwrap(), plain);
        assert_eq!(without_names(&plain).unwrap(), plain);
    }

    #[test]
    fn nested_modules_lose_their_names() {
        let text = |names: [&str; 4]| {
            let [component, module, function, instance] = names;
            format!(
                r#"(component {component} (core module $m {module} (func {function} (export "f")))
                    (component (core module (func {function} (export "g"))))
                    (core instance {instance} (instantiate $m)))"#
            )
        };
        let named = wat::parse_str(text(["$c", "(@name \"inner\")", "$long_function_name", "$i"])).unwrap();
        let stripped = without_names(&named).unwrap();
        assert!(stripped.len() < named.len());
        let holds = |bytes: &[u8], name: &str| bytes.windows(name.len()).any(|part| part == name.as_bytes());
        for name in ["long_function_name", "inner", "component-name"] {
            assert!(holds(&named, name) && !holds(&stripped, name), "{name}");
        }
        let features = wasmparser::WasmFeatures::all();
        wasmparser::Validator::new_with_features(features).validate_all(&stripped).unwrap();
        assert_eq!(without_names(&stripped).unwrap(), stripped);
    }

    #[test]
    fn a_module_that_is_cut_off_is_an_error() {
        let wasm = wat::parse_str("(module (func $f))").unwrap();
        assert!(without_names(&wasm[..wasm.len() - 3]).is_err());
    }
}
