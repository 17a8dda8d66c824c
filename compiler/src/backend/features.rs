//! The WebAssembly features that an artifact is stamped with.
//!
//! A runtime refuses an artifact whose stamp has a feature that the runtime lacks. It can lack only
//! features that need a cargo feature of wasmtime's or are off by default. Those are stamped if the
//! module uses them, and the others always.

use crate::options::Options;
use crate::options::support::supported;
use precompile_artifact::features::{COMPONENTS, CONCURRENT, OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};
use precompile_artifact::manifest::Import;
use precompile_artifact::{List, is_of_wasi_0_3};

/// The features that are stamped only if a module uses them.
pub(crate) const AS_USED: WasmFeatures = OPTIONAL.union(OFF_BY_DEFAULT).union(COMPONENTS).union(CONCURRENT);

/// The features used by the adapters that wasmtime puts between components: `fact.rs` in
/// wasmtime-environ. The adapters are compiled with the features that are stamped for the component,
/// and wasmtime panics if they can't be. No runtime lacks one of these.
const ADAPTERS: WasmFeatures = WasmFeatures::MULTI_MEMORY
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIGN_EXTENSION);

/// The features to stamp for a module that uses `used`.
///
/// # Errors
///
/// The features that the module uses and the backend doesn't support.
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

/// The features that must be stamped besides the used ones.
fn implied(used: WasmFeatures) -> WasmFeatures {
    let mut implied = WasmFeatures::empty();
    if used.intersects(WasmFeatures::GC | WasmFeatures::EXCEPTIONS) {
        // Their objects live in a collected heap, even if no type of the module says so.
        implied |= WasmFeatures::GC_TYPES;
    }
    if used.contains(WasmFeatures::COMPONENT_MODEL) {
        implied |= ADAPTERS;
    }
    implied
}

/// The options, with support of concurrency if the component needs it: wasmtime refuses the component model's
/// concurrency while its support is off, which is the default. A host offers WASI 0.3 under it alone, even if all
/// imported functions are synchronous. It stays off if the user forbids concurrency.
pub(crate) fn with_concurrency(
    options: &Options,
    stamped: WasmFeatures,
    imports: &List<Import<'static>>,
) -> Options {
    let mut options = options.clone();
    let is_third = stamped.contains(WasmFeatures::COMPONENT_MODEL)
        && !options.proposals.forbidden().contains(WasmFeatures::CM_ASYNC)
        && imports.iter().any(|import| is_of_wasi_0_3(import.module));
    options.contract.concurrency_support |= stamped.intersects(CONCURRENT) || is_third;
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::config;
    use crate::module::needs;
    use crate::options::support::SUPPORTED;
    use crate::options::target::Target;
    use precompile_artifact::{Backend, Platform};

    /// The table agrees with wasmtime: it refuses an engine with any feature outside the table, and with no other.
    #[test]
    fn the_table_of_supported_features_is_wasmtimes() {
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
                config::config(&options, stamped).and_then(|config| wasmtime::Engine::new(&config)).is_ok()
            };
            assert!(accepts(supported), "{backend} {target}");
            for (name, flag) in all.difference(supported).iter_names() {
                assert!(!accepts(supported | flag), "{backend} {target}: {name}");
            }
        }
    }

    /// Every adapter compiles with the used and the implied features alone.
    #[test]
    fn adapters_compile_with_implied_features() {
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
            let used = needs::scan(&wasm, true).unwrap().features;
            for backend in Backend::ALL {
                let mut options = Options::new(backend, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
                options.contract.concurrency_support = used.intersects(CONCURRENT);
                let config = config::config(&options, used | implied(used)).unwrap();
                let engine = wasmtime::Engine::new(&config).unwrap();
                engine.precompile_component(&wasm).unwrap();
            }
        }
    }
}
