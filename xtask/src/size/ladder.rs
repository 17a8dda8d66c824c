//! The ladder: the steps from a program as cargo builds it to the smallest, in the order of upstream's guide, and
//! beyond.

use crate::cargo::{Recipe, Std};
use crate::profile::Profile;

/// A step, which includes all steps before it.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The features of the runner with WASI preview 1, by precompile-wasi.
    pub(crate) lean: Option<&'static str>,
    /// The features of the runner with WASI preview 1, by wasmtime-wasi.
    pub(crate) wasi: Option<&'static str>,
    pub(crate) bare: Option<&'static str>,
    pub(crate) recipe: Recipe,
    /// Upstream's command line is built alike, beside the runner.
    pub(crate) beside_upstream: bool,
    /// The guide's figure for upstream's command line: macOS on aarch64, 2023-10-18.
    pub(crate) guide_cli: Option<&'static str>,
    /// The guide's figure for upstream's C library: Linux on x86_64, 2024-12-12.
    pub(crate) guide_library: Option<&'static str>,
}

/// The features of a runner with WASI preview 1 alone, by either implementation, and of a bare one.
pub(crate) const LEAN: &str = "messages,portable-digest,wasi-lean,disable-logging";
pub(crate) const WASI: &str = "messages,portable-digest,wasi,disable-logging";
pub(crate) const BARE: &str = "messages,portable-digest,runner,disable-logging";

/// The features of a runner with WASI 0.2 alone, and with both.
pub(crate) const PREVIEW_2: &str = "messages,portable-digest,wasi-p2,disable-logging";
pub(crate) const BOTH: &str = "messages,portable-digest,wasi,wasi-p2,disable-logging";

/// The last step with stable Rust and no flags.
pub(crate) const PROFILE_STEP: &str = "stripped, as the profile runner";
/// The last step with stable Rust, and the last of all.
const FLAGS_STEP: &str = "and flags for the linker";
const SMALLEST_STEP: &str = "flags for the linker, fmt-debug=none, std for size";
/// The first step with an unstable flag.
pub(crate) const NO_LOCATIONS_STEP: &str = "without them, location-detail=none";

const LOCATION: &str = "-Zlocation-detail=none";
const FORMAT: &str = "-Zfmt-debug=none";
/// Flags for code at a fixed address, and for folding identical functions.
const LINK: &[&str] = &["-Crelocation-model=static", "-Clink-arg=-Wl,--icf=all"];
/// The flag for LLVM's linker, which folds functions. Stable Rust includes it, Debian's doesn't (`lld`).
const LLD: &str = "-Clink-arg=-fuse-ld=lld";

/// The best recipe for stable Rust by a profile alone, the workspace's `runner`.
pub(crate) const STABLE: Recipe = Recipe::stable(Profile::RUNNER);
/// The recipe `STABLE` with flags for the linker.
const STABLE_FLAGS: Recipe = Recipe { flags: LINK, ..STABLE };

const SIZE: Profile = Profile { opt_level: "s", ..Profile::RELEASE };
const ABORT: Profile = Profile { abort: true, ..SIZE };
const LTO: Profile = Profile { lto: true, ..ABORT };
const ONE_UNIT: Profile = Profile { one_codegen_unit: true, ..LTO };
const NO_LOCATIONS: Recipe = Recipe { flags: &[LOCATION], unstable: true, ..STABLE };
const BUILT: Recipe = Recipe { std: Std::Built(None), ..NO_LOCATIONS };
const BUILT_BARE: Recipe = Recipe { std: Std::Built(Some("")), ..NO_LOCATIONS };
const IMMEDIATE: Recipe =
    Recipe { flags: &[LOCATION, "-Zunstable-options", "-Cpanic=immediate-abort"], ..BUILT_BARE };
const IMMEDIATE_FLAGS: Recipe = Recipe {
    flags: &[LOCATION, FORMAT, "-Zunstable-options", "-Cpanic=immediate-abort", LINK[0], LINK[1], LLD],
    std: Std::Built(Some("optimize_for_size")),
    ..NO_LOCATIONS
};

const fn step(name: &'static str, recipe: Recipe, cli: &'static str, library: &'static str) -> Step {
    Step {
        name,
        lean: Some(LEAN),
        wasi: Some(WASI),
        bare: Some(BARE),
        recipe,
        beside_upstream: false,
        guide_cli: Some(cli),
        guide_library: Some(library),
    }
}

const fn own(name: &'static str, recipe: Recipe) -> Step {
    Step { guide_cli: None, guide_library: None, ..step(name, recipe, "", "") }
}

/// The ladder.
pub(crate) const LADDER: &[Step] = &[
    Step {
        lean: None,
        wasi: None,
        bare: None,
        ..step("as it is", Recipe::stable(Profile::DEV), "140M", "260M")
    },
    Step {
        lean: None,
        wasi: None,
        bare: None,
        ..step("release", Recipe::stable(Profile::RELEASE), "33M", "19M")
    },
    Step {
        lean: Some("messages,portable-digest,wasi-lean"),
        wasi: Some("messages,portable-digest,wasi"),
        bare: Some("messages,portable-digest,runner"),
        ..step("no default features", Recipe::stable(Profile::RELEASE), "6.7M", "2.1M")
    },
    step("logging disabled", Recipe::stable(Profile::RELEASE), "6.7M", "2.1M"),
    step("opt-level s", Recipe::stable(SIZE), "6.8M", "2.4M"),
    step("panic=abort", Recipe::stable(ABORT), "5.0M", "2.0M"),
    step("link-time optimisation", Recipe::stable(LTO), "3.3M", "1.2M"),
    step("one codegen unit", Recipe::stable(ONE_UNIT), "3.3M", "1.2M"),
    Step { beside_upstream: true, ..step(PROFILE_STEP, STABLE, "2.4M", "1.2M") },
    Step { beside_upstream: true, ..own(FLAGS_STEP, STABLE_FLAGS) },
    step(NO_LOCATIONS_STEP, NO_LOCATIONS, "2.4M", "1.2M"),
    step("build-std", BUILT, "2.3M", "941K"),
    step("no features of std", BUILT_BARE, "2.1M", "784K"),
    Step { guide_cli: None, ..step("panic=immediate-abort", IMMEDIATE, "", "698K") },
    Step { beside_upstream: true, ..own(SMALLEST_STEP, IMMEDIATE_FLAGS) },
];

/// The steps at which every kind of runner is built.
pub(crate) const VARIANT_STEPS: [&str; 3] = [PROFILE_STEP, FLAGS_STEP, SMALLEST_STEP];

/// The step without the texts of `Debug`.
pub(crate) const NO_DEBUG_STEP: &str = "without locations, and without Debug";
pub(crate) const NO_DEBUG: Recipe = Recipe { flags: &[LOCATION, FORMAT], ..NO_LOCATIONS };

/// The optimisation levels that are tried with the rest of the profile `runner`.
pub(crate) const OPT_LEVELS: &[&str] = &["1", "2", "3", "s", "z"];

/// Bare runners that each lack one feature.
pub(crate) const LESS: &[(&str, &str)] = &[
    ("without `messages`", "portable-digest,runner,disable-logging"),
    ("without `portable-digest`", "messages,runner,disable-logging"),
    ("without `disable-logging`", "messages,portable-digest,runner"),
];

/// The builds of `precompile`, each with its backends and targets.
pub(crate) const COMPILERS: &[(&str, &str)] = &[
    ("Cranelift, this machine", "explore,cranelift"),
    ("Cranelift, all targets", "explore,cranelift,all-arch"),
    ("Winch, this machine", "explore,winch"),
    ("Winch, all targets", "explore,winch,all-arch"),
    ("both, this machine", "explore,cranelift,winch"),
    ("both, all targets", "explore,cranelift,winch,all-arch"),
    ("both, all targets, without `explore`", "cli,cranelift,winch,all-arch"),
];

/// The features of the runtime that are added to a bare runner, one by one.
pub(crate) const FEATURES: &[&str] = &[
    "invoke",
    "limits",
    "describe",
    "policy",
    "audit",
    "trust",
    "gc",
    "threads",
    "pulley",
    "pooling",
    "async",
    "component-model",
    "preload",
    "plugin",
    "wasi-lean",
    "wasi",
    "wasi-p2",
    "wasi,wasi-p2",
    "demangle",
    "addr2line",
    "code-offsets",
    "gdb",
    "profile",
];
