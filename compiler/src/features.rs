//! Which WebAssembly features an artifact is stamped with.
//!
//! A runtime refuses an artifact that is stamped with a feature which it lacks. It can lack only
//! what stands behind one of wasmtime's cargo features or is off by default, so those are stamped
//! where the module uses them, and the others always.

use crate::options::Options;
use crate::target::Target;
use precompile_artifact::Backend;
use precompile_artifact::features::{COMPONENTS, CONCURRENT, OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};

/// What is stamped only where it is used.
const AS_USED: WasmFeatures = OPTIONAL.union(OFF_BY_DEFAULT).union(COMPONENTS).union(CONCURRENT);

/// The features to stamp for a module that uses `used`.
///
/// # Errors
///
/// Those features that the module uses and the backend doesn't support.
pub(crate) fn stamped(used: WasmFeatures, options: &Options) -> Result<WasmFeatures, WasmFeatures> {
    let Options { backend, target, proposals, .. } = options;
    let supported = supported(*backend, target);
    let unsupported = used.difference(supported);
    if unsupported.is_empty() {
        let collected = used.intersects(WasmFeatures::GC | WasmFeatures::EXCEPTIONS);
        // Their objects live in a collected heap, also where no type of the module says so.
        let implied = if collected { WasmFeatures::GC_TYPES } else { WasmFeatures::empty() };
        let always = supported.difference(AS_USED | proposals.forbidden());
        return Ok(always | used | implied | proposals.required());
    }
    Err(unsupported)
}

/// What a backend compiles for a target: as wasmtime's `compiler_panicking_wasm_features` knows it,
/// and winch's `validate_features` for 64-bit Arm, less stack switching, which needs a part of
/// wasmtime that this crate is built without.
pub(crate) fn supported(backend: Backend, target: &Target) -> WasmFeatures {
    use target_lexicon::Architecture;
    let cranelift = supported_by_cranelift(target);
    match backend {
        Backend::Cranelift => cranelift,
        Backend::Winch => {
            let beyond_winch = WasmFeatures::GC
                | WasmFeatures::GC_TYPES
                | WasmFeatures::FUNCTION_REFERENCES
                | WasmFeatures::RELAXED_SIMD
                | WasmFeatures::TAIL_CALL
                | WasmFeatures::EXCEPTIONS;
            let beyond_aarch64 = WasmFeatures::THREADS | WasmFeatures::WIDE_ARITHMETIC;
            match target.triple().architecture {
                Architecture::Aarch64(_) => cranelift.difference(beyond_winch | beyond_aarch64),
                _ => cranelift.difference(beyond_winch),
            }
        }
    }
}

fn supported_by_cranelift(target: &Target) -> WasmFeatures {
    let all = WasmFeatures::WASM3 | OFF_BY_DEFAULT | COMPONENTS | CONCURRENT;
    // An interpreter written in Rust can't access memory that other threads write.
    if target.machine().is_pulley() { all.difference(WasmFeatures::THREADS) } else { all }
}
