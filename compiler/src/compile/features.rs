//! Which WebAssembly features an artifact is stamped with.
//!
//! A runtime refuses an artifact that is stamped with a feature which it lacks. It can lack only
//! what stands behind one of wasmtime's cargo features or is off by default, so those are stamped
//! where the module uses them, and the others always.

use crate::compile::options::Options;
use crate::compile::target::Target;
use precompile_artifact::Backend;
use precompile_artifact::features::{COMPONENTS, CONCURRENT, OFF_BY_DEFAULT, OPTIONAL, WasmFeatures, named};

/// What is stamped only where it is used.
pub(crate) const AS_USED: WasmFeatures = OPTIONAL.union(OFF_BY_DEFAULT).union(COMPONENTS).union(CONCURRENT);

/// What the adapters use that wasmtime puts between components: `fact.rs` in wasmtime-environ. They
/// are compiled with the features that the component is stamped with, and it panics where they
/// can't be. No runtime lacks one of these.
const ADAPTERS: WasmFeatures = WasmFeatures::MULTI_MEMORY
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIGN_EXTENSION);

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
        let always = supported.difference(AS_USED | proposals.forbidden());
        return Ok(always | used | implied(used) | proposals.required());
    }
    Err(unsupported)
}

/// What has to be stamped besides what is used.
fn implied(used: WasmFeatures) -> WasmFeatures {
    let mut implied = WasmFeatures::empty();
    if used.intersects(WasmFeatures::GC | WasmFeatures::EXCEPTIONS) {
        // Their objects live in a collected heap, also where no type of the module says so.
        implied |= WasmFeatures::GC_TYPES;
    }
    if used.contains(WasmFeatures::COMPONENT_MODEL) {
        implied |= ADAPTERS;
    }
    implied
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::compile::{needs, settings};
    use precompile_artifact::Platform;

    /// The table is wasmtime's: it refuses an engine with any feature that is beyond it, and with no other.
    #[test]
    fn what_is_supported_is_what_wasmtime_supports() {
        let all = SUPPORTED;
        for (backend, target) in [
            (Backend::Cranelift, "x86_64"),
            (Backend::Cranelift, "pulley64"),
            (Backend::Winch, "x86_64"),
            (Backend::Winch, "aarch64"),
        ] {
            let target: Target = target.parse().unwrap();
            let supported = supported(backend, &target);
            let mut options = Options::new(backend, target.clone(), Platform::Hosted).unwrap();
            options.contract.concurrency_support = true;
            let accepts = |stamped| {
                settings::config(&options, stamped).and_then(|config| wasmtime::Engine::new(&config)).is_ok()
            };
            assert!(accepts(supported), "{backend} {target}");
            for (name, flag) in all.difference(supported).iter_names() {
                assert!(!accepts(supported | flag), "{backend} {target}: {name}");
            }
        }
    }

    /// With nothing stamped but what is used and what is implied, every adapter compiles.
    #[test]
    fn adapters_compile_with_what_is_implied() {
        for text in [
            include_str!("../../../tests/guests/composed.wat"),
            include_str!("../../../tests/guests/concurrent.wat"),
            // Another encoding, and integers and floats of each size.
            r#"(component
                (component $a
                    (core module $m (memory (export "memory") 1)
                        (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
                        (func (export "f") (param i32 i32 i32 i32 i64 f32 f64) (result i32) unreachable))
                    (core instance $i (instantiate $m))
                    (func (export "f")
                        (param "s" string) (param "a" s8) (param "b" s16) (param "c" s64)
                        (param "d" f32) (param "e" f64) (result s8)
                        (canon lift (core func $i "f") string-encoding=utf16
                            (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
                (component $b
                    (import "f" (func $f
                        (param "s" string) (param "a" s8) (param "b" s16) (param "c" s64)
                        (param "d" f32) (param "e" f64) (result s8)))
                    (core module $m (memory (export "memory") 1))
                    (core instance $i (instantiate $m))
                    (core func $f (canon lower (func $f) string-encoding=latin1+utf16
                        (memory (core memory $i "memory"))))
                    (core module $n
                        (import "" "f" (func (param i32 i32 i32 i32 i64 f32 f64) (result i32))))
                    (core instance (instantiate $n (with "" (instance (export "f" (func $f)))))))
                (instance $a (instantiate $a))
                (instance (instantiate $b (with "f" (func $a "f")))))"#,
        ] {
            let wasm = wat::parse_str(text).unwrap();
            let used = needs::used(&wasm, true).unwrap();
            for backend in Backend::ALL {
                let mut options = Options::new(backend, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
                options.contract.concurrency_support = used.intersects(CONCURRENT);
                let config = settings::config(&options, used | implied(used)).unwrap();
                let engine = wasmtime::Engine::new(&config).unwrap();
                engine.precompile_component(&wasm).unwrap();
            }
        }
    }
}
