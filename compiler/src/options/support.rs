//! The WebAssembly proposals that backends compile, and the words for those that they don't.

use crate::options::target::Target;
use precompile_artifact::Backend;
use precompile_artifact::features::{COMPONENTS, CONCURRENT, OFF_BY_DEFAULT, WasmFeatures, named};

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
            match target.triple().architecture {
                Architecture::Aarch64(_) => cranelift.difference(beyond_winch | WasmFeatures::THREADS),
                _ => cranelift.difference(beyond_winch),
            }
        }
    }
}

fn supported_by_cranelift(target: &Target) -> WasmFeatures {
    // An interpreter written in Rust can't access memory that other threads write.
    if target.machine().is_pulley() { SUPPORTED.difference(WasmFeatures::THREADS) } else { SUPPORTED }
}

/// What some backend of this build compiles for some target.
pub(crate) const SUPPORTED: WasmFeatures =
    WasmFeatures::WASM3.union(OFF_BY_DEFAULT).union(COMPONENTS).union(CONCURRENT);

/// Of features that a backend lacks, those that nothing but another module mends: what this build leaves out, or else
/// what no backend has, or else all.
pub(crate) fn decisive(lacking: WasmFeatures) -> WasmFeatures {
    let left_out = lacking & WasmFeatures::STACK_SWITCHING;
    let nobody = lacking.difference(SUPPORTED);
    [left_out, nobody].into_iter().find(|features| !features.is_empty()).unwrap_or(lacking)
}

/// Who can't compile a proposal, and which of others it is to be said of as well, in the beginning of a sentence.
pub(crate) fn refusal(backend: Backend, target: &str, names: &[String]) -> String {
    let nobody = |name: &String| !named(name).is_some_and(|features| SUPPORTED.contains(features));
    let left_out = |name: &String| named(name) == Some(WasmFeatures::STACK_SWITCHING);
    let Some(first) = names.first() else { return format!("{backend} can't compile it for {target}") };
    let class = |name: &String| (nobody(name), left_out(name));
    let alike = names.iter().filter(|name| class(name) == class(first)).map(|name| match &name[..] {
        "gc-types" => "`gc-types` (references such as `externref`)".into(),
        name => format!("`{name}`"),
    });
    let alike = alike.collect::<Vec<_>>().join(", ");
    match class(first) {
        (_, true) => format!("this build of precompile leaves out {alike}"),
        (true, _) => format!("no backend can compile {alike}"),
        _ => format!("{backend} can't compile {alike} for {target}"),
    }
}
