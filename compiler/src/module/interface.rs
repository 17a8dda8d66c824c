//! The interface of a module or component: its imports and exports, with types in the text format.

use items::Interface;
use wasmparser::{BinaryReaderError, Parser};

mod component;
mod component_types;
mod items;
mod module;

/// Reads the interface of a core module or component in binary form. A module need not be valid.
///
/// # Errors
///
/// Sections of a module before its code that don't parse, or a component that is invalid even without its
/// functions' bodies.
pub(crate) fn read(wasm: &[u8]) -> Result<Interface, BinaryReaderError> {
    match Parser::is_component(wasm) {
        true => component::read(wasm),
        false => module::read(wasm),
    }
}
