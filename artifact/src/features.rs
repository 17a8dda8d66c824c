//! The names and groups of WebAssembly features.

use alloc::string::String;
use alloc::vec::Vec;
use bitflags::Flags;
pub use wasmparser::WasmFeatures;

/// The parts of WebAssembly 3.0 that wasmtime's runtime can be built without, each by one of its cargo features.
pub const OPTIONAL: WasmFeatures =
    WasmFeatures::GC_TYPES.union(WasmFeatures::EXCEPTIONS).union(WasmFeatures::THREADS);

/// The proposals that wasmtime implements but disables by default. They need no support at run time.
pub const OFF_BY_DEFAULT: WasmFeatures = WasmFeatures::WIDE_ARITHMETIC.union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// The component model, with those of its proposals that wasmtime implements by its cargo feature `component-model`.
pub const COMPONENTS: WasmFeatures = WasmFeatures::COMPONENT_MODEL
    .union(WasmFeatures::CM_GC)
    .union(WasmFeatures::CM_MAP)
    .union(WasmFeatures::CM64)
    .union(WasmFeatures::CM_FIXED_LENGTH_LISTS)
    .union(WasmFeatures::CM_IMPLEMENTS);

/// The component model's concurrency, which wasmtime has by its cargo feature `component-model-async`. If one of these
/// features is on, [`concurrency_support`](crate::Contract::concurrency_support) must be on, too: see
/// `requires_concurrency` in wasmtime's `config.rs`.
pub const CONCURRENT: WasmFeatures = WasmFeatures::CM_ASYNC
    .union(WasmFeatures::CM_ASYNC_STACKFUL)
    .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
    .union(WasmFeatures::CM_THREADING)
    .union(WasmFeatures::CM_ERROR_CONTEXT);

/// The features with a name, as [`names`] spells it.
pub const fn named(name: &str) -> Option<WasmFeatures> {
    let mut index = 0;
    while index < WasmFeatures::FLAGS.len() {
        let flag = &WasmFeatures::FLAGS[index];
        if is_named(flag.name().as_bytes(), name.as_bytes()) {
            return Some(*flag.value());
        }
        index += 1;
    }
    None
}

/// Returns true if a flag such as `TAIL_CALL` has the name `tail-call`.
const fn is_named(flag: &[u8], name: &[u8]) -> bool {
    let mut index = 0;
    while index < flag.len() && index < name.len() {
        let spelled = if flag[index] == b'_' { b'-' } else { flag[index].to_ascii_lowercase() };
        if spelled != name[index] {
            return false;
        }
        index += 1;
    }
    flag.len() == name.len()
}

/// The names of features, sorted, spelled as in the `-W` flags of wasmtime's command line.
pub fn names(features: WasmFeatures) -> Vec<String> {
    // Some flags contain others. All contained ones are named, so that sets of names can be compared.
    let contained = WasmFeatures::FLAGS.iter().filter(|flag| features.contains(*flag.value()));
    let mut names: Vec<_> =
        contained.map(|flag| flag.name().to_ascii_lowercase().replace('_', "-")).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for flag in WasmFeatures::FLAGS {
            assert!(names(*flag.value()).iter().all(|name| named(name).is_some()), "{}", flag.name());
        }
        assert_eq!(names(WasmFeatures::BULK_MEMORY), ["bulk-memory", "bulk-memory-opt"]);
        assert_eq!(named("wide-arithmetic"), Some(WasmFeatures::WIDE_ARITHMETIC));
        assert_eq!(named("wide_arithmetic"), None);
        assert_eq!((named("simd128"), named("gc-type"), named("")), (None, None, None));
        assert_eq!(names(WasmFeatures::empty()), [""; 0]);
    }
}
