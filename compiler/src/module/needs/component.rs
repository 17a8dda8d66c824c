//! The scan of components: the core modules nested in them, and the parts around these.

use precompile_artifact::manifest::Memories;
use rayon::prelude::*;
use wasmparser::{Parser, Validator, WasmFeatures};

use super::found::{Needs, Result};
use super::module;
use crate::module::memories::{self, Outline};

/// Reads a component: the needs of all core modules nested in it, at any depth, and its memories.
pub(super) fn read(wasm: &[u8], parallel: bool) -> Result<(Needs, Memories)> {
    let outline = Outline::read(wasm)?;
    let modules = outline
        .modules
        .par_iter()
        .with_min_len(if parallel { 1 } else { usize::MAX })
        .map(|range| module::read(wasm, range.clone(), parallel))
        .collect::<Result<Vec<_>>>()?;
    let (needs, defined): (Vec<_>, Vec<_>) = modules.into_iter().unzip();
    let needs = needs.into_iter().fold(Needs::new(WasmFeatures::FLOATS), Needs::union);
    Ok((needs, memories::of_component(&outline, &defined)))
}

/// The proposals that the component uses: those of the core modules in it, and those of the component model.
///
/// The validator reports a missing proposal, one at a time, and most components use none. A scan of our
/// own would repeat most of the validator: for example, the use of a 64-bit memory in the canonical ABI
/// depends on the types of several modules.
pub(super) fn around(wasm: &[u8], of_modules: WasmFeatures) -> Result<WasmFeatures> {
    let known = of_modules | WasmFeatures::COMPONENT_MODEL;
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
