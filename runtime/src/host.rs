//! The description of this host: the machine, and this build of the runtime.

use crate::config::RuntimeConfig;
use crate::no_compiler::has_compiler;
use crate::open::processor;
use precompile_artifact::Host;
use precompile_artifact::features::{self, CONCURRENT, OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};

/// The WebAssembly features that this build supports: all but those whose cargo feature of this crate is off.
///
/// Another crate may have enabled more features of wasmtime. These aren't offered, so that only the features of this
/// crate decide which artifacts a program opens.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .difference(OPTIONAL)
    .union(OFF_BY_DEFAULT)
    .union(built(cfg!(feature = "gc"), WasmFeatures::GC_TYPES.union(WasmFeatures::EXCEPTIONS)))
    .union(built(cfg!(feature = "threads"), WasmFeatures::THREADS))
    .union(built(COMPONENTS, WasmFeatures::COMPONENT_MODEL))
    .union(built(COMPONENTS && cfg!(feature = "async"), WasmFeatures::CM_ASYNC))
    .union(built(cfg!(feature = "component-model-proposals"), features::COMPONENTS.union(CONCURRENT)));

const fn built(is_built: bool, features: WasmFeatures) -> WasmFeatures {
    if is_built { features } else { WasmFeatures::empty() }
}

/// This build runs components.
pub(crate) const COMPONENTS: bool = cfg!(feature = "component-model");
/// This build includes Pulley.
pub(crate) const PULLEY: bool = cfg!(feature = "pulley");
/// Hardware faults become traps.
pub(crate) const SIGNALS: bool = cfg!(any(feature = "std", feature = "custom-native-signals"));
/// Address space can be reserved and protected.
pub(crate) const VIRTUAL_MEMORY: bool = cfg!(any(feature = "std", feature = "custom-virtual-memory"));

/// The description of this host, with a runtime of this configuration.
pub(crate) fn host(config: &RuntimeConfig) -> Host {
    Host {
        target: target_lexicon::HOST,
        cpu_features: processor::features(),
        wasmtime_version: wasmtime_environ::VERSION.into(),
        runtime_version: env!("CARGO_PKG_VERSION").into(),
        features: FEATURES,
        signals: SIGNALS,
        virtual_memory: VIRTUAL_MEMORY,
        native_code: VIRTUAL_MEMORY || config.code_memory.is_some(),
        soft_float: processor::SOFT_FLOAT,
        epochs: cfg!(target_has_atomic = "64"),
        pulley: PULLEY,
        components: COMPONENTS,
        concurrency: cfg!(feature = "async"),
        fat: cfg!(feature = "fat"),
        compiler: has_compiler(),
        imports: None,
        policy: config.policy(),
        trust: config.trust_text(),
    }
}
