//! The removal of the functions' names from a module.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// The custom sections that hold names, of modules and of components.
const NAMES: [&str; 2] = ["name", "component-name"];

/// The same module or component without sections that a backend takes for names, also in nested modules and components.
/// They have another name instead: were they removed, the offsets in backtraces would not be those of the file.
///
/// # Errors
///
/// A malformed module, which the backend would refuse, too.
pub(crate) fn without_names(wasm: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut written = wasm.to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload?
            && NAMES.contains(&section.name())
        {
            // The content is behind the name.
            written[section.data_offset() - section.name().len()] = b'-';
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positions at which two binaries of the same length differ, and what the second has there.
    fn differences(one: &[u8], other: &[u8]) -> Vec<(usize, u8)> {
        assert_eq!(one.len(), other.len());
        let pairs = one.iter().zip(other).enumerate();
        pairs.filter(|(_, (one, other))| one != other).map(|(at, (_, other))| (at, *other)).collect()
    }

    fn sections(wasm: &[u8]) -> Vec<&str> {
        let payloads = Parser::new(0).parse_all(wasm).map(Result::unwrap);
        let names = payloads.filter_map(|payload| match payload {
            Payload::CustomSection(section) => Some(section.name()),
            _ => None,
        });
        names.collect()
    }

    #[test]
    fn nothing_else_is_changed() {
        let named = wat::parse_str(
            r#"(module $m (import "env" "f" (func $f)) (memory $mem 1) (data $d (i32.const 0) "x")
                (@custom "other" "name") (func $run (export "name") (param $x i32) (local $y i64) (call $f)))"#,
        );
        let named = named.unwrap();
        let written = without_names(&named).unwrap();
        assert_eq!(sections(&named), ["other", "name"]);
        assert_eq!(sections(&written), ["other", "-ame"]);
        assert_eq!(differences(&named, &written).len(), 1);
        assert_eq!(without_names(&written).unwrap(), written);
    }

    #[test]
    fn nested_modules_lose_their_names() {
        let text = r#"(component $c (core module $m (@name "inner") (func $f (export "f")))
            (component (core module (func $g (export "g"))))
            (core instance $i (instantiate $m)))"#;
        let named = wat::parse_str(text).unwrap();
        let written = without_names(&named).unwrap();
        assert_eq!(sections(&written), ["-ame", "-ame", "-omponent-name"]);
        assert_eq!(differences(&named, &written).len(), 3);
        let features = wasmparser::WasmFeatures::all();
        wasmparser::Validator::new_with_features(features).validate_all(&written).unwrap();
    }

    #[test]
    fn a_module_that_is_cut_off_is_an_error() {
        let wasm = wat::parse_str("(module (func $f))").unwrap();
        assert!(without_names(&wasm[..wasm.len() - 3]).is_err());
    }
}
