//! The contract, turned into wasmtime's own configuration.

use crate::options::{Options, Regalloc};
use crate::trusted;
use precompile_artifact::contract::{Inlining, fixed};
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Contract};
use wasmparser::WasmFeatures;
use wasmtime::{Collector, Config, ModuleVersionStrategy, ProfilingStrategy, RegallocAlgorithm, Strategy};

/// The collector that code which uses garbage collection is compiled for.
const COLLECTOR: Collector = Collector::Copying;

/// The configuration that compiles under `options`, with the WebAssembly features `stamped`.
///
/// Every knob that reaches the artifact is set, so that neither wasmtime's defaults, nor its cargo
/// features, nor the environment have a say.
///
/// # Errors
///
/// Where wasmtime knows no such target.
pub(crate) fn config(options: &Options, stamped: WasmFeatures) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .target(&options.target.to_string())?
        .module_version(ModuleVersionStrategy::WasmtimeVersion)?
        .strategy(match options.backend {
            Backend::Cranelift => Strategy::Cranelift,
            Backend::Winch => Strategy::Winch,
        })
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(stamped, true)
        .collector(COLLECTOR)
        .profiler(ProfilingStrategy::None)
        .parallel_compilation(options.parallel);
    contract(&mut config, &options.contract, options.backend);
    code_generation(&mut config, options);
    Ok(config)
}

/// The runtime's `engine.rs` has its twin: a setting that is new goes into both.
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
        .compiler_inlining(wasmtime_inlining(inlining))
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

/// What changes the code but needs no agreement at load.
fn code_generation(config: &mut Config, options: &Options) {
    config
        .cranelift_opt_level(match options.opt_level {
            OptLevel::None => wasmtime::OptLevel::None,
            OptLevel::Speed => wasmtime::OptLevel::Speed,
            OptLevel::SpeedAndSize => wasmtime::OptLevel::SpeedAndSize,
        })
        .cranelift_regalloc_algorithm(match options.regalloc {
            Regalloc::Backtracking => RegallocAlgorithm::Backtracking,
            Regalloc::SinglePass => RegallocAlgorithm::SinglePass,
        })
        .cranelift_nan_canonicalization(options.nan_canonicalization)
        .cranelift_debug_verifier(false)
        .memory_guaranteed_dense_image_size(options.dense_image_max_bytes)
        .native_unwind_info(options.native_unwind_info)
        .debug_adapter_modules(fixed::DEBUG_ADAPTER_MODULES)
        .wmemcheck(false);
    if options.backend == Backend::Cranelift {
        // Winch knows no such setting.
        config.cranelift_wasmtime_debug_checks(false);
    }
    for feature in options.cpu.features(&options.target) {
        trusted::enable_cpu_feature(config, feature.setting);
    }
}

fn wasmtime_inlining(inlining: Inlining) -> wasmtime::Inlining {
    match inlining {
        Inlining::No => wasmtime::Inlining::No,
        Inlining::Intrinsics => wasmtime::Inlining::Intrinsics,
        Inlining::InterModule => wasmtime::Inlining::InterModule,
        Inlining::InterModuleAndIntraGc => wasmtime::Inlining::InterModuleAndIntraGc,
        Inlining::Yes => wasmtime::Inlining::Yes,
    }
}
