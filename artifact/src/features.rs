//! WebAssembly features, as both sides name them.

use alloc::string::String;
use alloc::vec::Vec;
use bitflags::Flags;
pub use wasmparser::WasmFeatures;

/// Parts of WebAssembly 3.0 that wasmtime's runtime can be built without: each stands behind one
/// of its cargo features.
pub const OPTIONAL: WasmFeatures =
    WasmFeatures::GC_TYPES.union(WasmFeatures::EXCEPTIONS).union(WasmFeatures::THREADS);

/// Proposals that wasmtime 48 implements but has off by default. They need nothing at run time.
pub const OFF_BY_DEFAULT: WasmFeatures = WasmFeatures::WIDE_ARITHMETIC.union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// The component model with what wasmtime 48 implements of its proposals, behind its cargo feature
/// `component-model`.
pub const COMPONENTS: WasmFeatures = WasmFeatures::COMPONENT_MODEL
    .union(WasmFeatures::CM_GC)
    .union(WasmFeatures::CM_MAP)
    .union(WasmFeatures::CM64)
    .union(WasmFeatures::CM_FIXED_LENGTH_LISTS)
    .union(WasmFeatures::CM_IMPLEMENTS);

/// The component model's concurrency, behind wasmtime's cargo feature `component-model-async`: where
/// one of these is on, [`concurrency_support`](crate::Contract::concurrency_support) must be, too.
/// `requires_concurrency` in wasmtime's `config.rs`.
pub const CONCURRENT: WasmFeatures = WasmFeatures::CM_ASYNC
    .union(WasmFeatures::CM_ASYNC_STACKFUL)
    .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
    .union(WasmFeatures::CM_THREADING)
    .union(WasmFeatures::CM_ERROR_CONTEXT);

/// The features with this name.
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

/// The test that a flag's `TAIL_CALL` is spelled `tail-call`.
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

/// The names of features, as the `-W` flags of wasmtime's command line have them, sorted.
pub fn names(features: WasmFeatures) -> Vec<String> {
    // Some flags contain others: each that is contained is named, so that sets can be compared.
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
