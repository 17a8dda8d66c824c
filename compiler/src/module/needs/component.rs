//! The scan of components: the core modules nested in them, and the parts around these.

use rayon::prelude::*;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::found::{Needs, Result};
use super::module;

/// The proposals that a component uses: those of all core modules nested in it, at any depth, and
/// those of the component model.
pub(super) fn used(wasm: &[u8], parallel: bool) -> Result<WasmFeatures> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            // The parser reports a module that is cut off no sooner than wasmtime.
            modules.push(unchecked_range.start..unchecked_range.end.min(wasm.len()));
        }
    }
    let none = || Needs::new(WasmFeatures::FLOATS);
    let within = modules
        .into_par_iter()
        .with_min_len(if parallel { 1 } else { usize::MAX })
        .map(|range| module::read(wasm, range, parallel))
        .try_reduce(none, |a, b| Ok(a.union(b)))?
        .settle();
    around(wasm, within | WasmFeatures::COMPONENT_MODEL)
}

/// Adds to `known` the proposals that the component uses around its functions' bodies.
///
/// The validator reports a missing proposal, one at a time, and most components use none. A scan of our
/// own would repeat most of the validator: for example, the use of a 64-bit memory in the canonical ABI
/// depends on the types of several modules.
fn around(wasm: &[u8], known: WasmFeatures) -> Result<WasmFeatures> {
    let mut features = known;
    while let Err(error) = check(wasm, features) {
        features = match error.missing_wasm_feature() {
            Some(missing) if !features.contains(missing) => features | missing,
            // For some names and encodings, the validator doesn't name the proposal.
            _ if !features.is_all() => WasmFeatures::all(),
            _ => return Err(error),
        };
    }
    // A proposal that was added first may be unnecessary beside a later one.
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
