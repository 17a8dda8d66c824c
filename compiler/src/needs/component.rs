//! Reading components: the core modules nested in them, and what stands around these.

use rayon::prelude::*;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::{Needs, Result, module};

/// The proposals that a component uses: those of all core modules nested in it, at any depth, and
/// those of the component model.
pub(super) fn used(wasm: &[u8]) -> Result<WasmFeatures> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            // Of a module that is cut off, the parser complains no sooner than wasmtime.
            modules.push(unchecked_range.start..unchecked_range.end.min(wasm.len()));
        }
    }
    let none = || Needs::new(WasmFeatures::FLOATS);
    let within = modules
        .into_par_iter()
        .map(|range| module(wasm, range))
        .try_reduce(none, |a, b| Ok(a.union(b)))?
        .settle();
    around(wasm, within | WasmFeatures::COMPONENT_MODEL)
}

/// Adds to `known` what the component uses around its functions' bodies.
///
/// Most components use nothing more. For the others the proposals are taken away one by one: what
/// can go, goes. To find the uses without the validator would take most of it: whether a memory of
/// 64 bits meets the canonical ABI, say, shows in the types of several modules.
fn around(wasm: &[u8], known: WasmFeatures) -> Result<WasmFeatures> {
    if check(wasm, known).is_ok() {
        return Ok(known);
    }
    let mut features = WasmFeatures::all();
    check(wasm, features)?;
    for flag in features.difference(known).iter() {
        let fewer = features.difference(flag) | known;
        if check(wasm, fewer).is_ok() {
            features = fewer;
        }
    }
    Ok(features)
}

/// Validates everything but the functions' bodies.
fn check(wasm: &[u8], features: WasmFeatures) -> Result<()> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    parser.parse_all(wasm).try_for_each(|payload| validator.payload(&payload?).map(drop))
}
