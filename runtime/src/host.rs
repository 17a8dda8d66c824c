//! What this machine and this build of the runtime offer.

use precompile_artifact::features::{OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};
use precompile_artifact::{Host, Policy, cpu};

/// WebAssembly features that this build supports: all but what stands behind a cargo feature of
/// wasmtime that this build doesn't have.
pub(crate) fn features() -> WasmFeatures {
    WasmFeatures::WASM3.difference(OPTIONAL) | OFF_BY_DEFAULT
}

/// What this machine and this build of the runtime offer to an artifact.
pub(crate) fn host() -> Host {
    Host {
        target: target_lexicon::HOST,
        cpu_features: cpu::detect(),
        wasmtime_version: wasmtime_environ::VERSION.into(),
        runtime_version: env!("CARGO_PKG_VERSION").into(),
        features: features(),
        signals: true,
        virtual_memory: true,
        pulley: cfg!(feature = "pulley"),
        components: false,
        concurrency: false,
        policy: Policy::default(),
    }
}
