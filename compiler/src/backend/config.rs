//! The contract, turned into wasmtime's own configuration.

use crate::options::{Options, Regalloc};
use crate::trusted;
use precompile_artifact::Backend;
use precompile_artifact::contract::fixed;
use precompile_artifact::manifest::OptLevel;
use wasmparser::WasmFeatures;
use wasmtime::{Collector, Config, ModuleVersionStrategy, ProfilingStrategy, RegallocAlgorithm, Strategy};

/// The collector of code that uses garbage collection.
const COLLECTOR: Collector = Collector::Copying;

/// The configuration that compiles under `options`, with the WebAssembly features `stamped`.
///
/// Every knob that affects the artifact is set, so that wasmtime's defaults, its cargo features and
/// the environment have no effect.
///
/// # Errors
///
/// A target that wasmtime doesn't know.
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
    options.contract.apply(&mut config, options.backend);
    code_generation(&mut config, options);
    Ok(config)
}

/// Sets the options that change the code and aren't compared at load.
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
        // Winch doesn't have this setting.
        config.cranelift_wasmtime_debug_checks(false);
    }
    for feature in options.cpu.features(&options.target) {
        trusted::enable_cpu_feature(config, feature.setting);
    }
}
