//! The WebAssembly proposals that backends compile, and the message for others.

use crate::options::target::Target;
use precompile_artifact::Backend;
use precompile_artifact::features::{COMPONENTS, CONCURRENT, OFF_BY_DEFAULT, WasmFeatures, named};

/// The proposals that a backend compiles for a target, as in wasmtime's
/// `compiler_panicking_wasm_features`, and in winch's `validate_features` for 64-bit Arm, without stack
/// switching, which needs a part of wasmtime that this crate is built without.
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

/// The proposals that any backend compiles for any target.
pub(crate) const SUPPORTED: WasmFeatures =
    WasmFeatures::WASM3.union(OFF_BY_DEFAULT).union(COMPONENTS).union(CONCURRENT);

/// The features to report of those that a backend lacks: the ones that this build leaves out, or else those that no
/// backend has, or else all. For the first two, only another module helps.
pub(crate) fn decisive(lacking: WasmFeatures) -> WasmFeatures {
    let left_out = lacking & WasmFeatures::STACK_SWITCHING;
    let no_backend = lacking.difference(SUPPORTED);
    [left_out, no_backend].into_iter().find(|features| !features.is_empty()).unwrap_or(lacking)
}

/// The beginning of a message about proposals that can't be compiled. It names the first, and the others of which the
/// same holds: this build, all backends or this backend can't compile them.
pub(crate) fn refusal(backend: Backend, target: &str, names: &[String]) -> String {
    let no_backend = |name: &String| !named(name).is_some_and(|features| SUPPORTED.contains(features));
    let left_out = |name: &String| named(name) == Some(WasmFeatures::STACK_SWITCHING);
    let Some(first) = names.first() else { return format!("{backend} can't compile it for {target}") };
    let class = |name: &String| (no_backend(name), left_out(name));
    let listed = names.iter().filter(|name| class(name) == class(first)).map(|name| match &name[..] {
        "gc-types" => "`gc-types` (references such as `externref`)".into(),
        name => format!("`{name}`"),
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    match class(first) {
        (_, true) => format!("this build of precompile leaves out {listed}"),
        (true, _) => format!("no backend can compile {listed}"),
        _ => format!("{backend} can't compile {listed} for {target}"),
    }
}
