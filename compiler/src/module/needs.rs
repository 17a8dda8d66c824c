//! The WebAssembly proposals that a module or a component uses.
//!
//! [`used`] reads each core module once and notes the proposal behind each construct it meets. What
//! counts as a use is what [`wasmparser::Validator`] asks a proposal for, so the set found is the
//! least under which the validator accepts the module; nothing is type-checked on the way. What a
//! component uses around its modules, the validator itself tells.
//!
//! The set exceeds the least one in two cases. Relaxed SIMD brings SIMD along. And whatever is
//! exact, a type or an imported or exported function, is a use of custom descriptors: the validator
//! does not always ask for the proposal then, but it infers exact types only under it.

use wasmparser::{BinaryReaderError, Parser, WasmFeatures};

mod code;
mod component;
mod find;
mod found;
mod module;
mod sections;
mod skim;
#[cfg(test)]
mod tests;

pub(crate) use find::{Use, first_use};

/// Returns the proposals that the core module or component `wasm`, in binary form, uses.
///
/// It validates under the set if it validates under any. The set always contains
/// [`WasmFeatures::FLOATS`], which is no proposal, and of the component model's flags none for a
/// core module. For a module that is well-formed but not valid, the set is of no use.
///
/// With `parallel`, the current rayon pool shares the functions' bodies.
///
/// # Errors
///
/// If `wasm` is malformed, or a component that is not valid even without its functions' bodies. Of
/// several errors, which one is returned may vary.
pub(crate) fn used(wasm: &[u8], parallel: bool) -> Result<WasmFeatures, BinaryReaderError> {
    match Parser::is_component(wasm) {
        true => component::used(wasm, parallel),
        false => Ok(module::read(wasm, 0..wasm.len(), parallel)?.settle()),
    }
}
