//! The engine of an artifact, configured by its contract.

use crate::config::RuntimeConfig;
use crate::host;
use crate::open::processor;
use alloc::string::String;
use precompile_artifact::contract::{Inlining, fixed};
use precompile_artifact::features::WasmFeatures;
use precompile_artifact::{Backend, Contract, Manifest};
use wasmtime::{Config, Engine, ModuleVersionStrategy, ProfilingStrategy};

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
            .allocation_strategy(runtime.allocation_strategy())
            .profiler(ProfilingStrategy::None)
            .max_wasm_stack(runtime.guest_stack_bytes)
            .with_custom_code_memory(runtime.code_memory.clone())
            .force_memory_init_memfd(false)
            .shared_memory(cfg!(feature = "threads"))
            .macos_use_mach_ports(false);
        // The collector that precompile compiles for.
        #[cfg(feature = "gc")]
        config.collector(wasmtime::Collector::Copying);
        contract(&mut config, &self.contract, self.backend);
        processor::prepare(&mut config);
        Engine::new(&config)
    }

    /// The features of this build, without those that need a setting of the contract that is off.
    fn features(&self) -> WasmFeatures {
        match self.contract.concurrency_support {
            true => host::FEATURES,
            false => host::FEATURES.difference(WasmFeatures::CM_ASYNC),
        }
    }
}

/// Applies the contract. The compiler does the same: a new setting must be added to both.
fn contract(config: &mut Config, contract: &Contract, backend: Backend) {
    let Contract {
        memory_reservation,
        memory_guard_size,
        memory_reservation_for_growth,
        memory_may_move,
        guard_before_linear_memory,
        memory_init_cow,
        table_lazy_init,
        signals_based_traps,
        relaxed_simd_deterministic,
        consume_fuel,
        epoch_interruption,
        inlining,
        concurrency_support,
        debug_info,
        debug_symbols,
        wasm_backtrace_details,
        generate_address_map,
    } = *contract;
    config
        .memory_reservation(memory_reservation)
        .memory_guard_size(memory_guard_size)
        .memory_reservation_for_growth(memory_reservation_for_growth)
        .memory_may_move(memory_may_move)
        .gc_heap_reservation(memory_reservation)
        .gc_heap_guard_size(memory_guard_size)
        .gc_heap_reservation_for_growth(memory_reservation_for_growth)
        .gc_heap_may_move(memory_may_move)
        .gc_heap_initial_size(backend.mark_bytes())
        .guard_before_linear_memory(guard_before_linear_memory)
        .memory_init_cow(memory_init_cow)
        .table_lazy_init(table_lazy_init)
        .signals_based_traps(signals_based_traps)
        .relaxed_simd_deterministic(relaxed_simd_deterministic)
        .consume_fuel(consume_fuel)
        .epoch_interruption(epoch_interruption)
        .compiler_inlining(match inlining {
            Inlining::No => wasmtime::Inlining::No,
            Inlining::Intrinsics => wasmtime::Inlining::Intrinsics,
            Inlining::InterModule => wasmtime::Inlining::InterModule,
            Inlining::InterModuleAndIntraGc => wasmtime::Inlining::InterModuleAndIntraGc,
            Inlining::Yes => wasmtime::Inlining::Yes,
        })
        .concurrency_support(concurrency_support)
        .debug_info(debug_info)
        .debug_symbols(debug_symbols)
        .wasm_backtrace_details(match wasm_backtrace_details {
            true => wasmtime::WasmBacktraceDetails::Enable,
            false => wasmtime::WasmBacktraceDetails::Disable,
        })
        .generate_address_map(generate_address_map)
        .wasm_branch_hinting(fixed::BRANCH_HINTING)
        .metadata_for_internal_asserts(fixed::METADATA_FOR_INTERNAL_ASSERTS)
        .metadata_for_gc_heap_corruption(fixed::METADATA_FOR_GC_HEAP_CORRUPTION);
}
