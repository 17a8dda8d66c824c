//! What this machine and this build of the runtime offer.

use precompile_artifact::features::{OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};
use precompile_artifact::{Host, Policy, cpu};

/// WebAssembly features that this build supports: all but what stands behind a cargo feature of
/// this crate that the build doesn't have.
///
/// Cargo may have built wasmtime with more, for the sake of another crate. That isn't offered, so
/// that which artifacts a program opens depends on what it asks of this crate, and nothing else.
pub(crate) fn features() -> WasmFeatures {
    let optional = [
        (cfg!(feature = "gc"), WasmFeatures::GC_TYPES | WasmFeatures::EXCEPTIONS),
        (cfg!(feature = "threads"), WasmFeatures::THREADS),
        (cfg!(feature = "component-model"), WasmFeatures::COMPONENT_MODEL),
        (cfg!(all(feature = "component-model", feature = "async")), WasmFeatures::CM_ASYNC),
    ];
    let built = optional.into_iter().filter(|(built, _)| *built).map(|(_, features)| features);
    WasmFeatures::WASM3.difference(OPTIONAL) | OFF_BY_DEFAULT | built.collect()
}

/// What this machine and this build of the runtime offer to an artifact, with these demands.
pub(crate) fn host(policy: Policy) -> Host {
    Host {
        target: target_lexicon::HOST,
        cpu_features: cpu::detect(),
        wasmtime_version: wasmtime_environ::VERSION.into(),
        runtime_version: env!("CARGO_PKG_VERSION").into(),
        features: features(),
        signals: true,
        virtual_memory: true,
        pulley: cfg!(feature = "pulley"),
        components: cfg!(feature = "component-model"),
        concurrency: cfg!(feature = "async"),
        policy,
    }
}
