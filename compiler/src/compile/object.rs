//! Object files, which are compiled, but not linked yet.

use crate::compile::compile_error::CompileError;
use precompile_artifact::List;
use precompile_artifact::manifest::Import;
use wasmparser::{Parser, Payload};

/// Refuses an object file: where its code refers to memory or to functions, there is nothing yet.
///
/// # Errors
///
/// [`CompileError::Object`].
pub(crate) fn refuse(wasm: &[u8], imports: &List<Import<'static>>) -> Result<(), CompileError> {
    // A module that was linked has the section, too, where its relocations are kept, but not this import.
    let wants_memory = imports.iter().any(|import| import.name == "__linear_memory");
    let is_linking =
        |payload| matches!(payload, Ok(Payload::CustomSection(section)) if section.name() == "linking");
    match wants_memory && Parser::new(0).parse_all(wasm).any(is_linking) {
        true => Err(CompileError::Object),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::interface;

    #[test]
    fn both_marks_make_an_object_file() {
        let memory = r#"(import "env" "__linear_memory" (memory 0))"#;
        let linking = r#"(@custom "linking" "\02")"#;
        for (text, expected) in
            [([memory, linking], true), ([memory, ""], false), (["(memory 1)", linking], false)]
        {
            let wasm = wat::parse_str(format!("(module {})", text.concat())).unwrap();
            let imports = interface::read(&wasm).unwrap().imports;
            assert_eq!(refuse(&wasm, &imports).is_err(), expected, "{text:?}");
        }
    }
}
