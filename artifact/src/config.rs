//! The application of a contract to wasmtime's configuration, the same for the compiler and the runtime.

use crate::backend::Backend;
use crate::contract::{Contract, Inlining, fixed};
use wasmtime::{Config, WasmBacktraceDetails};

impl Contract {
    /// Applies the contract's settings, and the fixed ones, for the code of a backend.
    pub fn apply(&self, config: &mut Config, backend: Backend) {
        // Destructured without `..`, so that a new setting can't be forgotten.
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
        } = *self;
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
                true => WasmBacktraceDetails::Enable,
                false => WasmBacktraceDetails::Disable,
            })
            .generate_address_map(generate_address_map)
            .wasm_branch_hinting(fixed::BRANCH_HINTING)
            .metadata_for_internal_asserts(fixed::METADATA_FOR_INTERNAL_ASSERTS)
            .metadata_for_gc_heap_corruption(fixed::METADATA_FOR_GC_HEAP_CORRUPTION);
    }
}
