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

/// The names of features, as the `-W` flags of wasmtime's command line have them, sorted.
pub fn names(features: WasmFeatures) -> Vec<String> {
    // Some flags contain others: each that is contained is named, so that sets can be compared.
    let contained = WasmFeatures::FLAGS.iter().filter(|flag| features.contains(*flag.value()));
    let mut names: Vec<_> = contained.map(|flag| flag.name().to_lowercase().replace('_', "-")).collect();
    names.sort_unstable();
    names
}
