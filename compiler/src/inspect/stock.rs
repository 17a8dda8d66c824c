//! The requirements for loading an artifact with stock wasmtime: the command `wasmtime` of the same
//! major version, in its default build.
//!
//! Wasmtime loads code only under the settings that it was compiled under. The comparison is in its
//! `engine/serialization.rs`, the flags are in the crate `wasmtime-cli-flags`.

use crate::backend::stamp::Stamp;
use crate::backend::tunables::{self, Setting, Value};
use precompile_artifact::Backend;
use precompile_artifact::features::{WasmFeatures, names};
use precompile_artifact::manifest::Kind;
use precompile_artifact::platform::is_pulley;
use std::fmt;
use target_lexicon::{OperatingSystem, Triple};
use wasmtime_environ::{FlagValue, Tunables};

/// The requirements for loading an artifact with stock wasmtime, on a machine that the artifact is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// The flags of `wasmtime run`, besides `--allow-precompiled`.
    pub flags: Vec<Flag>,
    /// The variables to set in its environment, as `NAME=VALUE`.
    pub environment: Vec<String>,
    /// The reasons why it can't be loaded at all; empty if it can.
    pub obstacles: Vec<String>,
    /// The warnings about loading it.
    pub warnings: Vec<String>,
}

/// A flag of stock wasmtime's: two arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The first argument, such as `-O`.
    pub option: &'static str,
    /// The second argument, such as `memory-reservation=0`.
    pub value: String,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.option, self.value)
    }
}

/// An amount of fuel that no program uses up.
const FUEL: u64 = u64::MAX;
/// A time that no program exceeds: three centuries.
const TIMEOUT_SECONDS: u64 = 10_000_000_000;

/// The features that stock wasmtime has on by default: `Config::features` in wasmtime, in a build with
/// all of its cargo features. Features that a target or a backend lacks needn't be left out: no code
/// for it has them.
const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::EXCEPTIONS)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The features that stock wasmtime has off by default, with their flags. It also has a flag for
/// shared-everything-threads, but ignores it.
const FEATURE_FLAGS: [(WasmFeatures, &str); 13] = [
    (WasmFeatures::WIDE_ARITHMETIC, "wide-arithmetic"),
    (WasmFeatures::CUSTOM_PAGE_SIZES, "custom-page-sizes"),
    (WasmFeatures::STACK_SWITCHING, "stack-switching"),
    (WasmFeatures::CM_ASYNC, "component-model-async"),
    (WasmFeatures::CM_ASYNC_STACKFUL, "component-model-async-stackful"),
    (WasmFeatures::CM_MORE_ASYNC_BUILTINS, "component-model-more-async-builtins"),
    (WasmFeatures::CM_THREADING, "component-model-threading"),
    (WasmFeatures::CM_ERROR_CONTEXT, "component-model-error-context"),
    (WasmFeatures::CM_GC, "component-model-gc"),
    (WasmFeatures::CM_MAP, "component-model-map"),
    (WasmFeatures::CM64, "component-model-memory64"),
    (WasmFeatures::CM_FIXED_LENGTH_LISTS, "component-model-fixed-length-lists"),
    (WasmFeatures::CM_IMPLEMENTS, "component-model-implements"),
];

/// The values that every wasmtime demands of Cranelift's settings, `check_compatible_with_shared_flag`.
/// Other settings may have any value.
const SHARED_FLAGS: [(&str, FlagValue<'static>); 9] = [
    ("libcall_call_conv", FlagValue::Enum("isa_default")),
    ("preserve_frame_pointers", FlagValue::Bool(true)),
    ("enable_probestack", FlagValue::Bool(true)),
    ("probestack_strategy", FlagValue::Enum("inline")),
    ("enable_multi_ret_implicit_sret", FlagValue::Bool(true)),
    ("enable_llvm_abi_extensions", FlagValue::Bool(false)),
    ("enable_pinned_reg", FlagValue::Bool(false)),
    ("use_colocated_libcalls", FlagValue::Bool(false)),
    ("use_pinned_reg_as_heap_base", FlagValue::Bool(false)),
];

impl Stock {
    /// The requirements of a stamp.
    pub(super) fn new(stamp: &Stamp<'_>, kind: Kind) -> Stock {
        let mut stock = Stock::default();
        stock.target(&stamp.target);
        stock.shared_flags(&stamp.shared_flags);
        stock.settings(stamp);
        stock.gc_heap(&stamp.tunables);
        stock.features(stamp);
        if kind == Kind::Component && !stamp.tunables.concurrency_support {
            // WASI's third preview is on by default, and needs the concurrency that is off.
            stock.flag("-S", "p3=n");
        }
        stock.warn(&stamp.tunables, kind);
        stock
    }

    fn flag(&mut self, option: &'static str, value: impl Into<String>) {
        self.flags.push(Flag { option, value: value.into() });
    }

    fn obstacle(&mut self, reason: String) {
        self.obstacles.push(reason);
    }

    /// Adds the flag for the target, or an obstacle: wasmtime compares the architecture, the operating system and its
    /// version.
    fn target(&mut self, target: &str) {
        let Ok(triple) = target.parse::<Triple>() else {
            return self.obstacle(format!("`{target}` is no target"));
        };
        match triple.operating_system {
            _ if is_pulley(&triple) => self.flag("--target", triple.architecture.to_string()),
            OperatingSystem::Linux | OperatingSystem::Windows | OperatingSystem::Darwin(None) => {}
            other => self.obstacle(format!("there is no stock wasmtime for the operating system `{other}`")),
        }
    }

    fn shared_flags(&mut self, flags: &[(&str, FlagValue<'_>)]) {
        for (name, value) in flags {
            let demanded = SHARED_FLAGS.iter().find(|(demanded, _)| demanded == name).map(|(_, value)| value);
            if let Some(demanded) = demanded.filter(|demanded| *demanded != value) {
                self.obstacle(format!("Cranelift's `{name}` is `{value}`, wasmtime loads only `{demanded}`"));
            }
        }
    }

    /// Adds a flag for each setting that differs from stock wasmtime's default for the target.
    fn settings(&mut self, stamp: &Stamp<'_>) {
        let target = stamp.target.parse::<Triple>().ok();
        let Some(default) = target.and_then(|triple| Tunables::default_for_target(&triple).ok()) else {
            return self.obstacle(format!("there is no stock wasmtime for `{}`", stamp.target));
        };
        // The defaults of `Config`, unless the environment changes them; a guest is debugged without signals.
        let signals_based_traps = default.signals_based_traps && !stamp.tunables.debug_guest;
        let default = Tunables { parse_wasm_debuginfo: false, signals_based_traps, ..default };
        let differs = |(setting, default): &(Setting, Setting)| setting != default;
        let pairs = tunables::settings(&stamp.tunables).into_iter().zip(tunables::settings(&default));
        for (Setting { name, value }, _) in pairs.filter(differs) {
            self.setting(name, value);
        }
    }

    fn setting(&mut self, name: &'static str, value: Value) {
        let spelled = || format!("{}={value}", name.replace('_', "-"));
        match name {
            "memory_reservation"
            | "memory_guard_size"
            | "memory_may_move"
            | "guard_before_linear_memory"
            | "memory_init_cow"
            | "table_lazy_init"
            | "signals_based_traps"
            | "gc_heap_initial_size" => self.flag("-O", spelled()),
            "relaxed_simd_deterministic" | "concurrency_support" => self.flag("-W", spelled()),
            "consume_fuel" => self.flag("-W", format!("fuel={FUEL}")),
            // The flag `epoch-interruption` alone sets no deadline, so that the code stops at once.
            "epoch_interruption" => self.flag("-W", format!("timeout={TIMEOUT_SECONDS}")),
            "debug_info" => self.flag("-D", spelled()),
            "debug_symbols" => self.flag("-D", format!("symbols={value}")),
            "debug_guest" => self.flag("-D", format!("guest-debug={value}")),
            "wasm_backtrace_details" => self.environment.push("WASMTIME_BACKTRACE_DETAILS=1".into()),
            "winch_callable" => self.flag("-C", "compiler=winch"),
            "inlining" => match value {
                // Its parser reads this name as the next value, `Inlining::from_str` in wasmtime-environ.
                Value::Word("inter-module") => {
                    self.obstacle("stock wasmtime has no flag for inlining between modules alone".into());
                }
                Value::Word("inter-module-and-intra-gc") => self.flag("-C", "inlining=gc"),
                _ => self.flag("-C", spelled()),
            },
            "inlining_small_callee_size" | "inlining_sum_size_threshold" => {
                self.flag("-C", format!("cranelift-wasmtime-{}", spelled()));
            }
            // Stock wasmtime's collector is the copying one.
            "collector" if matches!(value, Value::Unset | Value::Word("copying")) => {}
            "collector" => self.flag("-C", spelled()),
            // Handled by `gc_heap`.
            "gc_heap_reservation" | "gc_heap_guard_size" | "gc_heap_may_move" => {}
            // Not compared at load.
            "memory_reservation_for_growth"
            | "gc_heap_reservation_for_growth"
            | "generate_address_map"
            | "debug_adapter_modules"
            | "gc_zeal_alloc_counter"
            | "metadata_for_internal_asserts"
            | "metadata_for_gc_heap_corruption"
            | "branch_hinting" => {}
            _ => self.obstacle(format!("stock wasmtime has no flag for `{name}`, which is `{value}`")),
        }
    }

    /// Adds the flags for the collected heap if it differs from linear memories: unless one of them is set,
    /// `Config::validate` copies the settings of linear memories. The initial size doesn't count as set.
    fn gc_heap(&mut self, tunables: &Tunables) {
        let Tunables { gc_heap_reservation, gc_heap_guard_size, gc_heap_may_move, .. } = *tunables;
        let heap = (gc_heap_reservation, gc_heap_guard_size, gc_heap_may_move);
        if heap != (tunables.memory_reservation, tunables.memory_guard_size, tunables.memory_may_move) {
            self.flag("-O", format!("gc-heap-reservation={gc_heap_reservation}"));
            self.flag("-O", format!("gc-heap-guard-size={gc_heap_guard_size}"));
            self.flag("-O", format!("gc-heap-may-move={}", Value::Bool(gc_heap_may_move)));
        }
    }

    fn features(&mut self, stamp: &Stamp<'_>) {
        let mut missing = WasmFeatures::from_bits_truncate(stamp.features).difference(FEATURES);
        if stamp.tunables.concurrency_support {
            missing.remove(WasmFeatures::CM_ASYNC);
        }
        for (feature, flag) in FEATURE_FLAGS {
            if missing.contains(feature) {
                self.flag("-W", flag);
                missing.remove(feature);
            }
        }
        for name in names(missing) {
            self.obstacle(format!("stock wasmtime has no flag for the feature `{name}`"));
        }
    }

    fn warn(&mut self, tunables: &Tunables, kind: Kind) {
        if tunables.gc_heap_initial_size == Backend::Winch.mark_bytes() && !tunables.winch_callable {
            self.warnings.push(
                "stock wasmtime takes the code for Cranelift's: link it with artifacts by Winch alone, and \
                 with nothing that wasmtime compiles as it loads it, or the behaviour is undefined"
                    .into(),
            );
            self.warnings.push(
                "a program that uses wasmtime through its C interface can't load it: that has no setting for \
                 `gc-heap-initial-size`"
                    .into(),
            );
        }
        if !tunables.concurrency_support {
            let commands = match kind {
                Kind::Component => "`wasmtime serve` and `wasmtime wast` load",
                Kind::Module => "`wasmtime wast` loads",
            };
            self.warnings.push(format!("{commands} only what was compiled with `-W concurrency-support`"));
        }
        if tunables.consume_fuel {
            self.warnings.push(format!("`fuel={FUEL}` is no limit: choose one"));
        }
        if tunables.epoch_interruption {
            self.warnings
                .push(format!("`timeout={TIMEOUT_SECONDS}` is in seconds, and no limit: choose one"));
        }
    }
}
