//! What a module or component imports and exports, with types in the text format.

use precompile_artifact::List;
use precompile_artifact::manifest::{Export, Import};
use wasmparser::{BinaryReaderError, Parser};

mod component;
mod component_types;
mod module;

/// Imports and exports, in the order of the module or component.
#[derive(Default)]
pub(crate) struct Interface {
    pub(crate) imports: List<Import<'static>>,
    pub(crate) exports: List<Export<'static>>,
}

/// Reads the interface of a core module or component in binary form. A module need not be valid.
///
/// # Errors
///
/// Where the sections of a module before its code don't parse, or a component is not valid even
/// without its functions' bodies.
pub(crate) fn read(wasm: &[u8]) -> Result<Interface, BinaryReaderError> {
    match Parser::is_component(wasm) {
        true => component::read(wasm),
        false => module::read(wasm),
    }
}
