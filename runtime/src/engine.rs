//! The engine of an artifact, configured by its contract.

use crate::config::RuntimeConfig;
use crate::host;
use crate::open::processor;
use alloc::string::String;
use core::num::NonZeroUsize;
use precompile_artifact::features::{CONCURRENT, WasmFeatures};
use precompile_artifact::{Backend, Contract, Manifest};
use wasmtime::{Config, Engine, ModuleVersionStrategy};

/// The most frames of a backtrace, as wasmtime has it by default.
const BACKTRACE_FRAMES: Option<NonZeroUsize> = NonZeroUsize::new(20);
/// The stack of a call that may suspend, in bytes, as wasmtime has it by default.
#[cfg(feature = "async")]
const ASYNC_STACK_BYTES: usize = 2 << 20;
/// The part of that stack which host functions have at least, in bytes.
#[cfg(feature = "async")]
const HOST_STACK_BYTES: usize = 1 << 20;

/// The key of an engine. Two artifacts with the same key can share a store.
///
/// The WebAssembly features of an artifact aren't part of the key. Wasmtime only checks that the engine has them, and
/// every engine has all that this build supports.
#[derive(PartialEq, Eq)]
pub(crate) struct EngineKey {
    pub(crate) backend: Backend,
    /// The Pulley target, or `None` for native code.
    pub(crate) pulley: Option<String>,
    /// The result of [`Contract::for_engine`].
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
    /// If this build of wasmtime doesn't support the contract, or the pool doesn't fit it.
    pub(crate) fn engine(&self, runtime: &RuntimeConfig) -> wasmtime::Result<Engine> {
        let mut config = Config::new();
        if let Some(target) = &self.pulley {
            // For native code, the default target is this machine.
            config.target(target)?;
        }
        config
            .module_version(ModuleVersionStrategy::WasmtimeVersion)?
            .wasm_features(WasmFeatures::all(), false)
            .wasm_features(self.features(), true)
            .allocation_strategy(runtime.allocation_strategy(&self.contract))
            .profiler(runtime.profiler())
            .max_wasm_stack(runtime.guest_stack_bytes)
            .wasm_backtrace_max_frames(BACKTRACE_FRAMES)
            .with_custom_code_memory(runtime.code_memory.clone())
            .force_memory_init_memfd(false)
            .shared_memory(cfg!(feature = "threads"))
            .macos_use_mach_ports(false);
        #[cfg(feature = "async")]
        config.async_stack_zeroing(false).async_stack_size(
            runtime.guest_stack_bytes.saturating_add(HOST_STACK_BYTES).max(ASYNC_STACK_BYTES),
        );
        // The collector that precompile compiles for.
        #[cfg(feature = "gc")]
        config.collector(wasmtime::Collector::Copying);
        self.contract.apply(&mut config, self.backend);
        processor::prepare(&mut config);
        Engine::new(&config)
    }

    /// The features of this build, without those that need a setting of the contract that is off.
    fn features(&self) -> WasmFeatures {
        match self.contract.concurrency_support {
            true => host::FEATURES,
            false => host::FEATURES.difference(CONCURRENT),
        }
    }
}
