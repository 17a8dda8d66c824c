//! What wasmtime stamped into an image, compared with what it was asked to do.
//!
//! This closes the circle: a knob that was not set, a default that moved, an environment variable
//! that reached through, or a setting that is new to wasmtime shows here, not on a user's machine.

use crate::compile::options::{Options, Regalloc};
use crate::compile::stamp::Stamp;
use precompile_artifact::contract::{Inlining, fixed};
use precompile_artifact::{Backend, Contract};
use std::collections::BTreeSet;
use wasmparser::WasmFeatures;
use wasmtime_environ::{FlagValue, OperatorCostStrategy, Tunables};

/// Compares a stamp with what was asked for.
///
/// # Errors
///
/// Names the first difference.
pub(crate) fn check(stamp: &Stamp<'_>, options: &Options, features: WasmFeatures) -> Result<(), String> {
    let Stamp { target, shared_flags: _, isa_flags, tunables, features: stamped } = stamp;
    same("target", &target.parse(), &Ok(options.target.triple().clone()))?;
    same("features", stamped, &features.bits())?;
    cpu_flags(isa_flags, options)?;
    check_tunables(tunables, &options.contract, options.backend, features)
}

/// Compares the stamp of an artifact that others made with what was asked for: as [`check`] does what wasmtime
/// stamped, and besides in what it was told that changes the code.
///
/// # Errors
///
/// Names the first difference.
pub(crate) fn check_restamped(
    mut stamp: Stamp<'_>,
    options: &Options,
    features: WasmFeatures,
) -> Result<(), String> {
    same("winch_callable", &stamp.tunables.winch_callable, &fixed::WINCH_CALLABLE)?;
    stamp.tunables.winch_callable = options.backend == Backend::Winch;
    check(&stamp, options, features)?;
    let is_on = |name| stamp.shared_flags.contains(&(name, FlagValue::Bool(true)));
    same("nan canonicalization", &is_on("enable_nan_canonicalization"), &options.nan_canonicalization)?;
    same("unwind information", &is_on("unwind_info"), &options.native_unwind_info)?;
    let regalloc = match options.regalloc {
        Regalloc::Backtracking => "backtracking",
        Regalloc::SinglePass => "single_pass",
    };
    let stamped = stamp.shared_flags.iter().find(|(name, _)| *name == "regalloc_algorithm");
    same("register allocator", &stamped, &Some(&("regalloc_algorithm", FlagValue::Enum(regalloc))))
}

/// The flags that are on must be those of the chosen processor, or part of the architecture's
/// baseline, which only RISC-V lists.
fn cpu_flags(isa_flags: &[(&str, FlagValue<'_>)], options: &Options) -> Result<(), String> {
    const RV64G: [&str; 6] = ["has_a", "has_d", "has_f", "has_m", "has_zicsr", "has_zifencei"];
    let riscv64 = matches!(options.target.triple().architecture, target_lexicon::Architecture::Riscv64(_));
    let is_on = |value: &FlagValue<'_>| matches!(value, FlagValue::Bool(true));
    let stamped: BTreeSet<_> = isa_flags
        .iter()
        .filter(|(_, value)| is_on(value))
        .map(|(name, _)| *name)
        .filter(|name| !(riscv64 && RV64G.contains(name)))
        .filter(|name| *name != "big_endian")
        .collect();
    let chosen: BTreeSet<_> = options.cpu.features(&options.target).map(|feature| feature.setting).collect();
    same("CPU features", &stamped, &chosen)
}

/// No `..` here: a setting that wasmtime adds must be thought about before this compiles again.
fn check_tunables(
    tunables: &Tunables,
    contract: &Contract,
    backend: Backend,
    features: WasmFeatures,
) -> Result<(), String> {
    let Tunables {
        collector,
        memory_reservation,
        memory_guard_size,
        memory_reservation_for_growth,
        debug_native,
        debug_guest,
        debug_symbols,
        parse_wasm_debuginfo,
        consume_fuel,
        operator_cost,
        epoch_interruption,
        memory_may_move,
        guard_before_linear_memory,
        table_lazy_init,
        generate_address_map,
        debug_adapter_modules,
        relaxed_simd_deterministic,
        winch_callable,
        signals_based_traps,
        memory_init_cow,
        inlining,
        inlining_small_callee_size,
        inlining_sum_size_threshold,
        concurrency_support,
        recording,
        gc_zeal_alloc_counter,
        gc_heap_reservation,
        gc_heap_guard_size,
        gc_heap_reservation_for_growth,
        gc_heap_initial_size,
        gc_heap_may_move,
        metadata_for_internal_asserts,
        metadata_for_gc_heap_corruption,
        branch_hinting,
    } = tunables;
    let expected_collector =
        features.contains(WasmFeatures::GC_TYPES).then_some(wasmtime_environ::Collector::Copying);
    same("collector", collector, &expected_collector)?;
    same("memory_reservation", memory_reservation, &contract.memory_reservation)?;
    same("memory_guard_size", memory_guard_size, &contract.memory_guard_size)?;
    let growth = &contract.memory_reservation_for_growth;
    same("memory_reservation_for_growth", memory_reservation_for_growth, growth)?;
    same("memory_may_move", memory_may_move, &contract.memory_may_move)?;
    same("gc_heap_reservation", gc_heap_reservation, &contract.memory_reservation)?;
    same("gc_heap_guard_size", gc_heap_guard_size, &contract.memory_guard_size)?;
    same("gc_heap_reservation_for_growth", gc_heap_reservation_for_growth, growth)?;
    same("gc_heap_may_move", gc_heap_may_move, &contract.memory_may_move)?;
    same("gc_heap_initial_size", gc_heap_initial_size, &backend.mark_bytes())?;
    same("gc_zeal_alloc_counter", gc_zeal_alloc_counter, &None)?;
    same("guard_before_linear_memory", guard_before_linear_memory, &contract.guard_before_linear_memory)?;
    same("memory_init_cow", memory_init_cow, &contract.memory_init_cow)?;
    same("table_lazy_init", table_lazy_init, &contract.table_lazy_init)?;
    same("signals_based_traps", signals_based_traps, &contract.signals_based_traps)?;
    same("relaxed_simd_deterministic", relaxed_simd_deterministic, &contract.relaxed_simd_deterministic)?;
    same("consume_fuel", consume_fuel, &contract.consume_fuel)?;
    same("operator_cost", operator_cost, &OperatorCostStrategy::Default)?;
    same("epoch_interruption", epoch_interruption, &contract.epoch_interruption)?;
    same("inlining", &named(*inlining), &contract.inlining)?;
    same("inlining_small_callee_size", inlining_small_callee_size, &fixed::INLINING_SMALL_CALLEE_SIZE)?;
    same("inlining_sum_size_threshold", inlining_sum_size_threshold, &fixed::INLINING_SUM_SIZE_THRESHOLD)?;
    same("concurrency_support", concurrency_support, &contract.concurrency_support)?;
    same("debug_native", debug_native, &contract.debug_info)?;
    same("debug_symbols", debug_symbols, &contract.debug_symbols)?;
    same("debug_guest", debug_guest, &fixed::DEBUG_GUEST)?;
    same("debug_adapter_modules", debug_adapter_modules, &fixed::DEBUG_ADAPTER_MODULES)?;
    same("parse_wasm_debuginfo", parse_wasm_debuginfo, &contract.wasm_backtrace_details)?;
    same("generate_address_map", generate_address_map, &contract.generate_address_map)?;
    same("recording", recording, &fixed::RECORDING)?;
    same(
        "metadata_for_internal_asserts",
        metadata_for_internal_asserts,
        &fixed::METADATA_FOR_INTERNAL_ASSERTS,
    )?;
    let corruption = &fixed::METADATA_FOR_GC_HEAP_CORRUPTION;
    same("metadata_for_gc_heap_corruption", metadata_for_gc_heap_corruption, corruption)?;
    same("branch_hinting", branch_hinting, &fixed::BRANCH_HINTING)?;
    // As wasmtime stamps it, before it is restamped.
    same("winch_callable", winch_callable, &(backend == Backend::Winch))
}

fn named(inlining: wasmtime_environ::Inlining) -> Inlining {
    match inlining {
        wasmtime_environ::Inlining::No => Inlining::No,
        wasmtime_environ::Inlining::Intrinsics => Inlining::Intrinsics,
        wasmtime_environ::Inlining::InterModule => Inlining::InterModule,
        wasmtime_environ::Inlining::InterModuleAndIntraGc => Inlining::InterModuleAndIntraGc,
        wasmtime_environ::Inlining::Yes => Inlining::Yes,
    }
}

fn same<T: PartialEq + std::fmt::Debug>(name: &str, stamped: &T, expected: &T) -> Result<(), String> {
    match stamped == expected {
        true => Ok(()),
        false => Err(format!("`{name}` is stamped as {stamped:?}, not as {expected:?}")),
    }
}
