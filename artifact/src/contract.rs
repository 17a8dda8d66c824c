//! The settings on which the compiler and the runtime must agree.

use crate::platform::{Platform, TargetKind};
use serde::{Deserialize, Serialize};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The settings of wasmtime on which the compiled code depends and that both sides can set.
///
/// Wasmtime compares these values when it loads an artifact, and their defaults depend on its cargo features, the
/// target and the environment. So neither side relies on a default: the compiler sets each value from the contract, the
/// contract is part of the artifact's manifest, and the runtime builds its engine from it.
///
/// The `gc_heap_*` settings equal their `memory_*` counterparts, as the pooling allocator demands. The exception is the
/// heap's initial size, which is [`Backend::mark_bytes`](crate::Backend::mark_bytes).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// The address space reserved for each linear memory, in bytes.
    pub memory_reservation: u64,
    /// The size of the inaccessible region after each linear memory, in bytes.
    pub memory_guard_size: u64,
    /// The address space reserved after a linear memory that moved, in bytes. Not compared at load.
    pub memory_reservation_for_growth: u64,
    /// A linear memory may be moved when it grows.
    pub memory_may_move: bool,
    /// There is a guard region before each linear memory, too.
    pub guard_before_linear_memory: bool,
    /// Linear memories start as copy-on-write images of the artifact.
    pub memory_init_cow: bool,
    /// Table elements are created at first use.
    pub table_lazy_init: bool,
    /// Traps are raised by hardware faults instead of checks in the code.
    pub signals_based_traps: bool,
    /// Relaxed SIMD gives the same results on every processor.
    pub relaxed_simd_deterministic: bool,
    /// Instructions consume fuel.
    pub consume_fuel: bool,
    /// Code can be interrupted by incrementing an engine's epoch.
    pub epoch_interruption: bool,
    /// The calls that may be inlined.
    pub inlining: Inlining,
    /// The component model's concurrency is supported. Compared for core modules too.
    pub concurrency_support: bool,
    /// The artifact holds native DWARF debugging information.
    pub debug_info: bool,
    /// The artifact holds a symbol for each function.
    pub debug_symbols: bool,
    /// The artifact keeps the module's own DWARF, for lines of source in backtraces.
    pub wasm_backtrace_details: bool,
    /// The artifact maps code addresses to WebAssembly offsets. Not compared at load.
    pub generate_address_map: bool,
}

/// The calls that Cranelift may inline. The names are those of wasmtime's `-C inlining`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inlining {
    /// None.
    No,
    /// Wasmtime's own intrinsics.
    Intrinsics,
    /// Calls between modules of a component.
    InterModule,
    /// Calls between modules, and within modules that use garbage collection.
    InterModuleAndIntraGc,
    /// Every call.
    Yes,
}

/// Settings with one possible value, because a runtime without a compiler can't change them.
pub mod fixed {
    /// `Tunables::winch_callable`, as all artifacts have it.
    pub const WINCH_CALLABLE: bool = false;
    /// The size up to which callees are inlined whatever the caller's size, in Cranelift's measure.
    pub const INLINING_SMALL_CALLEE_SIZE: u32 = 50;
    /// The sum of sizes up to which calls are inlined, in Cranelift's measure.
    pub const INLINING_SUM_SIZE_THRESHOLD: u32 = 2000;
    /// Debugging of the guest by instrumentation.
    pub const DEBUG_GUEST: bool = false;
    /// Recording of an execution for replay.
    pub const RECORDING: bool = false;
    /// Assertions in a component's adapters.
    pub const DEBUG_ADAPTER_MODULES: bool = false;
    /// Metadata for wasmtime's internal assertions. Not compared at load.
    pub const METADATA_FOR_INTERNAL_ASSERTS: bool = false;
    /// Metadata that detects a corrupt garbage-collected heap. Not compared at load.
    pub const METADATA_FOR_GC_HEAP_CORRUPTION: bool = true;
    /// Code layout by branch hints. Not compared at load.
    pub const BRANCH_HINTING: bool = false;
}

impl Contract {
    /// The contract of a platform preset. It is `None` for Pulley with [`Platform::SignalsOnly`], because Pulley has no
    /// hardware faults.
    ///
    /// [`Platform::Hosted`] has the defaults of stock Wasmtime (`Tunables::default_u64`, `default_u32` and
    /// `default_for_target` in wasmtime-environ), but for concurrency, which is off in Wasmtime's minimal builds.
    pub fn preset(platform: Platform, target: TargetKind) -> Option<Contract> {
        let hosted = match target {
            TargetKind::Native64 | TargetKind::Pulley64 => Contract {
                memory_reservation: 4 * GIB,
                memory_guard_size: 32 * MIB,
                memory_reservation_for_growth: 2 * GIB,
                ..Contract::COMMON
            },
            TargetKind::Pulley32 => Contract {
                memory_reservation: 10 * MIB,
                memory_reservation_for_growth: MIB,
                ..Contract::COMMON
            },
        };
        // The only purpose of a guard region is a hardware fault.
        let without_faults =
            |contract: Contract| Contract { signals_based_traps: false, memory_guard_size: 0, ..contract };
        let without_virtual_memory = |contract: Contract| Contract {
            memory_reservation: 0,
            memory_guard_size: 0,
            memory_reservation_for_growth: MIB,
            memory_init_cow: false,
            ..contract
        };
        match (platform, target.is_pulley()) {
            (Platform::Hosted, false) => Some(hosted),
            (Platform::Hosted, true) => Some(without_faults(hosted)),
            (Platform::SignalsOnly, false) => Some(without_virtual_memory(hosted)),
            (Platform::SignalsOnly, true) => None,
            (Platform::Freestanding, _) => Some(without_virtual_memory(without_faults(hosted))),
        }
    }

    const COMMON: Contract = Contract {
        memory_reservation: 0,
        memory_guard_size: 0,
        memory_reservation_for_growth: 0,
        memory_may_move: true,
        guard_before_linear_memory: true,
        memory_init_cow: true,
        table_lazy_init: true,
        signals_based_traps: true,
        relaxed_simd_deterministic: false,
        consume_fuel: false,
        epoch_interruption: false,
        inlining: Inlining::No,
        concurrency_support: false,
        debug_info: false,
        debug_symbols: true,
        wasm_backtrace_details: false,
        generate_address_map: true,
    };

    /// The contract without settings that have no effect at run time and aren't compared at load. Artifacts with the
    /// same result can share an engine.
    pub fn for_engine(&self) -> Contract {
        Contract { generate_address_map: true, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reservation, the guard, the reservation for growth; then hardware faults, and copy-on-write images.
    type Row = (u64, u64, u64, bool, bool);

    /// The hosted ones are stock Wasmtime's defaults, as wasmtime-environ has them.
    #[test]
    fn presets_are_as_documented() {
        use Platform::{Freestanding, Hosted, SignalsOnly};
        use TargetKind::{Native64, Pulley32, Pulley64};
        let bare = (0, 0, 0x10_0000, false, false);
        let cases: [(Platform, TargetKind, Option<Row>); 9] = [
            (Hosted, Native64, Some((0x1_0000_0000, 0x200_0000, 0x8000_0000, true, true))),
            (Hosted, Pulley64, Some((0x1_0000_0000, 0, 0x8000_0000, false, true))),
            (Hosted, Pulley32, Some((0xa0_0000, 0, 0x10_0000, false, true))),
            (SignalsOnly, Native64, Some((0, 0, 0x10_0000, true, false))),
            (SignalsOnly, Pulley64, None),
            (SignalsOnly, Pulley32, None),
            (Freestanding, Native64, Some(bare)),
            (Freestanding, Pulley64, Some(bare)),
            (Freestanding, Pulley32, Some(bare)),
        ];
        for (platform, target, expected) in cases {
            let row = |contract: Contract| {
                let alike = Contract {
                    memory_reservation: 0,
                    memory_guard_size: 0,
                    memory_reservation_for_growth: 0,
                    signals_based_traps: true,
                    memory_init_cow: true,
                    ..contract
                };
                assert_eq!(alike, Contract::COMMON, "{platform} {target:?}");
                (
                    contract.memory_reservation,
                    contract.memory_guard_size,
                    contract.memory_reservation_for_growth,
                    contract.signals_based_traps,
                    contract.memory_init_cow,
                )
            };
            assert_eq!(Contract::preset(platform, target).map(row), expected, "{platform} {target:?}");
        }
    }

    #[test]
    fn an_engine_is_shared_where_only_the_address_map_differs() {
        let whole = Contract::COMMON;
        let stripped = Contract { generate_address_map: false, ..whole.clone() };
        assert_eq!(stripped.for_engine(), whole.for_engine());
        let other = Contract { debug_symbols: false, ..whole.clone() };
        assert_ne!(other.for_engine(), whole.for_engine());
    }
}
