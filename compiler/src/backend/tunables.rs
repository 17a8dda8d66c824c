//! The settings that wasmtime stamps, by name: those of an image, and those that a contract asks for.

use precompile_artifact::contract::fixed;
use precompile_artifact::{Backend, Contract};
use std::collections::BTreeMap;
use std::fmt;
use wasmparser::WasmFeatures;
use wasmtime_environ::{Collector, Inlining, OperatorCostStrategy, Tunables};

/// A setting of wasmtime's under which code was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name: that of the contract's field if there is one, else that of wasmtime's field.
    pub name: &'static str,
    /// The value.
    pub value: Value,
}

/// The value of a setting. It prints as in command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Unset,
    /// On or off.
    Bool(bool),
    /// A size in bytes.
    Bytes(u64),
    /// Another number.
    Number(u64),
    /// A word.
    Word(&'static str),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unset => f.write_str("none"),
            Value::Bool(on) => f.write_str(if *on { "y" } else { "n" }),
            Value::Bytes(number) | Value::Number(number) => number.fmt(f),
            Value::Word(word) => f.write_str(word),
        }
    }
}

/// Every setting, in the order of the contract and then of wasmtime's `Tunables`.
///
/// The pattern has no `..`, so that a setting which wasmtime adds must be decided on before this compiles again.
pub(crate) fn settings(tunables: &Tunables) -> Vec<Setting> {
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
        ref operator_cost,
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
    } = *tunables;
    let bool = |name, on| Setting { name, value: Value::Bool(on) };
    let bytes = |name, bytes| Setting { name, value: Value::Bytes(bytes) };
    let number = |name, number| Setting { name, value: Value::Number(number) };
    let other = |name, value| Setting { name, value };
    let zeal = gc_zeal_alloc_counter.map_or(Value::Unset, |count| Value::Number(count.get().into()));
    vec![
        bytes("memory_reservation", memory_reservation),
        bytes("memory_guard_size", memory_guard_size),
        bytes("memory_reservation_for_growth", memory_reservation_for_growth),
        bool("memory_may_move", memory_may_move),
        bool("guard_before_linear_memory", guard_before_linear_memory),
        bool("memory_init_cow", memory_init_cow),
        bool("table_lazy_init", table_lazy_init),
        bool("signals_based_traps", signals_based_traps),
        bool("relaxed_simd_deterministic", relaxed_simd_deterministic),
        bool("consume_fuel", consume_fuel),
        bool("epoch_interruption", epoch_interruption),
        other("inlining", Value::Word(inlining_word(inlining))),
        bool("concurrency_support", concurrency_support),
        bool("debug_info", debug_native),
        bool("debug_symbols", debug_symbols),
        bool("wasm_backtrace_details", parse_wasm_debuginfo),
        bool("generate_address_map", generate_address_map),
        bool("winch_callable", winch_callable),
        other("collector", collector.map_or(Value::Unset, collector_word)),
        bytes("gc_heap_reservation", gc_heap_reservation),
        bytes("gc_heap_guard_size", gc_heap_guard_size),
        bytes("gc_heap_reservation_for_growth", gc_heap_reservation_for_growth),
        bytes("gc_heap_initial_size", gc_heap_initial_size),
        bool("gc_heap_may_move", gc_heap_may_move),
        other("gc_zeal_alloc_counter", zeal),
        other("operator_cost", Value::Word(cost_word(operator_cost))),
        number("inlining_small_callee_size", inlining_small_callee_size.into()),
        number("inlining_sum_size_threshold", inlining_sum_size_threshold.into()),
        bool("debug_guest", debug_guest),
        bool("debug_adapter_modules", debug_adapter_modules),
        bool("recording", recording),
        bool("metadata_for_internal_asserts", metadata_for_internal_asserts),
        bool("metadata_for_gc_heap_corruption", metadata_for_gc_heap_corruption),
        bool("branch_hinting", branch_hinting),
    ]
}

/// The values that wasmtime stamps under a contract, before the stamp is changed, as [`Value`] prints them. The
/// contract's own values are taken from it by their names, so that a new setting needs no line here.
pub(crate) fn expected(
    contract: &Contract,
    backend: Backend,
    features: WasmFeatures,
) -> BTreeMap<String, String> {
    let contract = serde_json::to_value(contract).expect("a contract is a struct of plain values");
    let of_contract = contract.as_object().into_iter().flatten().map(|(name, value)| {
        let value = match value {
            serde_json::Value::Bool(on) => Value::Bool(*on).to_string(),
            serde_json::Value::String(word) => word.clone(),
            number => number.to_string(),
        };
        (name.clone(), value)
    });
    let mut expected: BTreeMap<_, _> = of_contract.collect();
    for heap in ["reservation", "guard_size", "reservation_for_growth", "may_move"] {
        let memory = expected.get(&format!("memory_{heap}")).cloned().unwrap_or_default();
        expected.insert(format!("gc_heap_{heap}"), memory);
    }
    let collector = match features.contains(WasmFeatures::GC_TYPES) {
        true => collector_word(Collector::Copying),
        false => Value::Unset,
    };
    let fixed = [
        ("winch_callable", Value::Bool(backend == Backend::Winch)),
        ("collector", collector),
        ("gc_heap_initial_size", Value::Bytes(backend.mark_bytes())),
        ("gc_zeal_alloc_counter", Value::Unset),
        ("operator_cost", Value::Word(cost_word(&OperatorCostStrategy::Default))),
        ("inlining_small_callee_size", Value::Number(fixed::INLINING_SMALL_CALLEE_SIZE.into())),
        ("inlining_sum_size_threshold", Value::Number(fixed::INLINING_SUM_SIZE_THRESHOLD.into())),
        ("debug_guest", Value::Bool(fixed::DEBUG_GUEST)),
        ("debug_adapter_modules", Value::Bool(fixed::DEBUG_ADAPTER_MODULES)),
        ("recording", Value::Bool(fixed::RECORDING)),
        ("metadata_for_internal_asserts", Value::Bool(fixed::METADATA_FOR_INTERNAL_ASSERTS)),
        ("metadata_for_gc_heap_corruption", Value::Bool(fixed::METADATA_FOR_GC_HEAP_CORRUPTION)),
        ("branch_hinting", Value::Bool(fixed::BRANCH_HINTING)),
    ];
    expected.extend(fixed.map(|(name, value)| (name.into(), value.to_string())));
    expected
}

/// The contract's name of a way of inlining.
fn inlining_word(inlining: Inlining) -> &'static str {
    match inlining {
        Inlining::No => "no",
        Inlining::Intrinsics => "intrinsics",
        Inlining::InterModule => "inter-module",
        Inlining::InterModuleAndIntraGc => "inter-module-and-intra-gc",
        Inlining::Yes => "yes",
    }
}

/// The name of a collector, as in wasmtime's `-C collector`.
fn collector_word(collector: Collector) -> Value {
    Value::Word(match collector {
        Collector::DeferredReferenceCounting => "drc",
        Collector::Null => "null",
        Collector::Copying => "copying",
    })
}

fn cost_word(cost: &OperatorCostStrategy) -> &'static str {
    match cost {
        OperatorCostStrategy::Default => "default",
        OperatorCostStrategy::Table(_) => "table",
    }
}
