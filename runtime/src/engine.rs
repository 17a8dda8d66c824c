//! The contract, turned into wasmtime's own configuration of an engine.

use crate::config::RuntimeConfig;
use crate::host;
use crate::open::processor;
use alloc::string::String;
use precompile_artifact::features::WasmFeatures;
use precompile_artifact::{Backend, Contract, Manifest};
use wasmtime::{Config, Engine, ModuleVersionStrategy, ProfilingStrategy};

/// What sets engines apart. Two artifacts with the same key can share a store.
///
/// The WebAssembly features that an artifact is stamped with don't count: wasmtime checks them as
/// a subset of the engine's, and every engine has all that this build supports.
#[derive(PartialEq, Eq)]
pub(crate) struct EngineKey {
    pub(crate) backend: Backend,
    /// The architecture under which Pulley interprets, or `None` for native code.
    pub(crate) pulley: Option<String>,
    /// As [`Contract::for_engine`] has it.
    pub(crate) contract: Contract,
}

impl EngineKey {
    /// The key of the engine that an artifact needs.
    pub(crate) fn of(manifest: &Manifest) -> EngineKey {
        EngineKey {
            backend: manifest.backend,
            pulley: manifest.is_pulley().then(|| manifest.target.clone()),
            contract: manifest.settings.for_engine(),
        }
    }

    /// A new engine.
    ///
    /// # Errors
    ///
    /// Where this build of wasmtime can't do what the contract says, or the pool doesn't fit it.
    pub(crate) fn engine(&self, runtime: &RuntimeConfig) -> wasmtime::Result<Engine> {
        let mut config = Config::new();
        if let Some(target) = &self.pulley {
            // For native code the target stays unset: it is this machine's.
            config.target(target)?;
        }
        config
            .module_version(ModuleVersionStrategy::WasmtimeVersion)?
            .wasm_features(WasmFeatures::all(), false)
            .wasm_features(self.features(), true)
            .allocation_strategy(runtime.allocation_strategy())
            .profiler(ProfilingStrategy::None)
            .max_wasm_stack(runtime.guest_stack_bytes)
            .with_custom_code_memory(runtime.code_memory.clone())
            .force_memory_init_memfd(false)
            .shared_memory(cfg!(feature = "threads"))
            .macos_use_mach_ports(false);
        // The one that precompile compiles for.
        #[cfg(feature = "gc")]
        config.collector(wasmtime::Collector::Copying);
        self.contract.apply(&mut config, self.backend);
        processor::prepare(&mut config);
        Engine::new(&config)
    }

    /// All that this build supports, but for what wasmtime has only together with a setting.
    fn features(&self) -> WasmFeatures {
        match self.contract.concurrency_support {
            true => host::FEATURES,
            false => host::FEATURES.difference(WasmFeatures::CM_ASYNC),
        }
    }
}
