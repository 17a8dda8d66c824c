//! Object files: modules that are compiled and not linked yet.

use precompile_artifact::List;
use precompile_artifact::manifest::Import;
use wasmparser::{Parser, Payload};

/// The test that a module is an object file: its references to memory and functions have no addresses yet.
pub(crate) fn is_object(wasm: &[u8], imports: &List<Import<'static>>) -> bool {
    // A linked module that keeps its relocations has the section, too, but not this import.
    let wants_memory = imports.iter().any(|import| import.name == "__linear_memory");
    let is_linking =
        |payload| matches!(payload, Ok(Payload::CustomSection(section)) if section.name() == "linking");
    wants_memory && Parser::new(0).parse_all(wasm).any(is_linking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::interface;

    #[test]
    fn both_marks_make_an_object_file() {
        let memory = r#"(import "env" "__linear_memory" (memory 0))"#;
        let linking = r#"(@custom "linking" "\02")"#;
        for (text, expected) in
            [([memory, linking], true), ([memory, ""], false), (["(memory 1)", linking], false)]
        {
            let wasm = wat::parse_str(format!("(module {})", text.concat())).unwrap();
            let imports = interface::read(&wasm).unwrap().imports;
            assert_eq!(is_object(&wasm, &imports), expected, "{text:?}");
        }
    }
}
