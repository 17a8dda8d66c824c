//! The settings with names on the command line.

use crate::options::{Options, Regalloc};
use precompile_artifact::contract::Inlining;
use precompile_artifact::features::CONCURRENT;
use precompile_artifact::manifest::OptLevel;

/// A setting with a name on the command line.
pub(super) struct NamedSetting {
    /// The letters that it may follow; the first is wasmtime's.
    pub(super) letters: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) help: &'static str,
}

/// The kind of a setting's value, with the function that applies it.
pub(super) enum Kind {
    /// `y` or `n`; a name alone means `y`.
    Bool(fn(&mut Options, bool)),
    /// A number of bytes.
    Bytes(fn(&mut Options, u64)),
    /// One of some words. The function returns `false` for another word.
    Word(&'static str, fn(&mut Options, &str) -> bool),
}

const fn setting(letters: &'static str, name: &'static str, kind: Kind, help: &'static str) -> NamedSetting {
    NamedSetting { letters, name, kind, help }
}

/// All settings except the proposals, whose names are those of the WebAssembly features.
pub(super) static SETTINGS: &[NamedSetting] = &[
    setting("W", "fuel", Kind::Word("y, n or a number", fuel), "instructions consume fuel"),
    setting(
        "W",
        "epoch-interruption",
        Kind::Bool(|o, on| o.contract.epoch_interruption = on),
        "code can be interrupted by counting up an epoch",
    ),
    setting(
        "WO",
        "nan-canonicalization",
        Kind::Bool(|o, on| o.nan_canonicalization = on),
        "every NaN that arithmetic makes has the same bits",
    ),
    setting(
        "W",
        "relaxed-simd-deterministic",
        Kind::Bool(|o, on| o.contract.relaxed_simd_deterministic = on),
        "relaxed SIMD gives the same results on every processor",
    ),
    setting("W", "concurrency-support", Kind::Bool(concurrency), "the component model's concurrency"),
    setting("D", "debug-info", Kind::Bool(|o, on| o.contract.debug_info = on), "native DWARF, for debuggers"),
    setting(
        "D",
        "address-map",
        Kind::Bool(|o, on| o.contract.generate_address_map = on),
        "code addresses map to offsets in the module, for backtraces",
    ),
    setting("D", "symbols", Kind::Bool(|o, on| o.contract.debug_symbols = on), "a symbol for each function"),
    setting(
        "D",
        "function-names",
        Kind::Bool(|o, on| o.function_names = on),
        "the names of the module's `name` section are kept, for backtraces",
    ),
    setting(
        "D",
        "backtrace-details",
        Kind::Bool(|o, on| o.contract.wasm_backtrace_details = on),
        "the module's own DWARF is kept, for lines of source in backtraces",
    ),
    setting(
        "O",
        "opt-level",
        Kind::Word("0, 1, 2 or s", opt_level),
        "Cranelift's optimisation: 0 is none, 1 and 2 are for speed, s is for speed and size",
    ),
    setting(
        "O",
        "regalloc-algorithm",
        Kind::Word("backtracking or single-pass", regalloc),
        "Cranelift's register allocator",
    ),
    setting(
        "O",
        "small-memories",
        Kind::Bool(small_memories),
        "little address space, for systems that limit it: memory-reservation=0,\
         memory-reservation-for-growth=1MiB,memory-guard-size=64KiB",
    ),
    setting(
        "O",
        "memory-reservation",
        Kind::Bytes(|o, bytes| o.contract.memory_reservation = bytes),
        "address space for each linear memory",
    ),
    setting(
        "O",
        "memory-reservation-for-growth",
        Kind::Bytes(|o, bytes| o.contract.memory_reservation_for_growth = bytes),
        "address space behind a linear memory that moved",
    ),
    setting(
        "O",
        "memory-guard-size",
        Kind::Bytes(|o, bytes| o.contract.memory_guard_size = bytes),
        "inaccessible region behind each linear memory",
    ),
    setting(
        "O",
        "guard-before-linear-memory",
        Kind::Bool(|o, on| o.contract.guard_before_linear_memory = on),
        "a guard region in front of each linear memory, too",
    ),
    setting(
        "O",
        "memory-may-move",
        Kind::Bool(|o, on| o.contract.memory_may_move = on),
        "a linear memory may move when it grows",
    ),
    setting(
        "O",
        "memory-init-cow",
        Kind::Bool(|o, on| o.contract.memory_init_cow = on),
        "linear memories start as copy-on-write images of the artifact",
    ),
    setting(
        "O",
        "memory-guaranteed-dense-image-size",
        Kind::Bytes(|o, bytes| o.dense_image_max_bytes = bytes),
        "images of linear memories up to this size are stored densely",
    ),
    setting(
        "O",
        "table-lazy-init",
        Kind::Bool(|o, on| o.contract.table_lazy_init = on),
        "table elements are created at first use",
    ),
    setting(
        "O",
        "signals-based-traps",
        Kind::Bool(|o, on| o.contract.signals_based_traps = on),
        "traps come from hardware faults instead of checks",
    ),
    setting(
        "CO",
        "inlining",
        Kind::Word("y, n, intrinsics, inter-module or inter-module-and-intra-gc", inlining),
        "the calls that Cranelift inlines",
    ),
    setting(
        "CO",
        "native-unwind-info",
        Kind::Bool(|o, on| o.native_unwind_info = on),
        "tables for the system's unwinder",
    ),
    setting(
        "CO",
        "parallel-compilation",
        Kind::Bool(|o, on| o.parallel = on),
        "functions are compiled on all threads; the artifact is the same",
    ),
];

fn fuel(options: &mut Options, value: &str) -> bool {
    // Wasmtime's command line gives the amount here. For an artifact, the runner is given the amount.
    let on = boolean(value).or_else(|| value.parse::<u64>().ok().map(|_| true));
    options.contract.consume_fuel = on.unwrap_or_default();
    on.is_some()
}

/// Sets the smallest sizes with which a memory still grows in place for a while, and code needs fewer checks.
fn small_memories(options: &mut Options, on: bool) {
    if on {
        options.contract.memory_reservation = 0;
        options.contract.memory_reservation_for_growth = 1 << 20;
        options.contract.memory_guard_size = 64 << 10;
    }
}

/// Sets the support of concurrency. If it is off, the proposals that need it are off, too: else a component that uses
/// them would turn it on again.
fn concurrency(options: &mut Options, on: bool) {
    options.contract.concurrency_support = on;
    if !on {
        options.proposals.forbid(CONCURRENT);
    }
}

fn opt_level(options: &mut Options, value: &str) -> bool {
    options.opt_level = match value {
        "0" => OptLevel::None,
        "1" | "2" => OptLevel::Speed,
        "s" => OptLevel::SpeedAndSize,
        _ => return false,
    };
    true
}

fn regalloc(options: &mut Options, value: &str) -> bool {
    options.regalloc = match value {
        "backtracking" => Regalloc::Backtracking,
        "single-pass" => Regalloc::SinglePass,
        _ => return false,
    };
    true
}

fn inlining(options: &mut Options, value: &str) -> bool {
    options.contract.inlining = match value {
        "y" | "yes" | "" => Inlining::Yes,
        "n" | "no" => Inlining::No,
        "intrinsics" => Inlining::Intrinsics,
        "inter-module" => Inlining::InterModule,
        "inter-module-and-intra-gc" => Inlining::InterModuleAndIntraGc,
        _ => return false,
    };
    true
}

/// The value of a yes or a no.
pub fn boolean(value: &str) -> Option<bool> {
    match value {
        "" | "y" | "yes" | "true" => Some(true),
        "n" | "no" | "false" => Some(false),
        _ => None,
    }
}
