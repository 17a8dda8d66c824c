//! The WebAssembly proposals that a module or a component uses, and its memories.
//!
//! [`scan`] reads each core module once and notes the proposal of each construct. A construct uses a
//! proposal if [`wasmparser::Validator`] requires the proposal for it. So the set is the smallest under
//! which the validator accepts the module; nothing is type-checked. For a component's parts around its
//! modules, the validator itself is asked.
//!
//! The set exceeds the smallest one in two cases. Relaxed SIMD includes SIMD. And an exact type, or an
//! exact imported or exported function, counts as a use of custom descriptors: the validator does not
//! always require the proposal then, but it infers exact types only under it.

use precompile_artifact::manifest::Memories;
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

/// The result of a scan.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The proposals in use.
    pub(crate) features: WasmFeatures,
    /// The sum of the memories, as [`memories`](super::memories) counts them.
    pub(crate) memories: Memories,
}

/// Scans the core module or component `wasm`, in binary form.
///
/// The module validates under the set of proposals if it validates under any set. The set always contains
/// [`WasmFeatures::FLOATS`], which is no proposal. For a core module it contains none of the component
/// model's flags. For a module that is well-formed but invalid, the result is meaningless.
///
/// With `parallel`, the current rayon pool shares the functions' bodies.
///
/// # Errors
///
/// A malformed `wasm`, or a component that is invalid even without its functions' bodies. Any one of
/// several errors may be returned.
pub(crate) fn scan(wasm: &[u8], parallel: bool) -> Result<Scan, BinaryReaderError> {
    let scan = unvalidated(wasm, parallel)?;
    Ok(match Parser::is_component(wasm) {
        true => Scan { features: component::around(wasm, scan.features)?, ..scan },
        false => scan,
    })
}

/// A scan without the proposals that a component uses around its modules.
pub(super) fn unvalidated(wasm: &[u8], parallel: bool) -> Result<Scan, BinaryReaderError> {
    let (needs, memories) = match Parser::is_component(wasm) {
        true => component::read(wasm, parallel)?,
        false => module::read(wasm, 0..wasm.len(), parallel)?,
    };
    Ok(Scan { features: needs.settle(), memories })
}
