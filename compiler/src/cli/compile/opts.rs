//! The options of `precompile`.

use crate::cache_opts::CacheOpts;
use crate::compile::backend_arg::{self, BackendArg};
use crate::compile::input_limits::InputLimitOpts;
use crate::compile::project;
use crate::cpus;
use crate::environment;
use crate::hinted::{self, Hinted};
use crate::message::Format;
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use clap::{Args, ValueEnum, ValueHint};
use precompile::artifact::quantity;
use precompile::{ALIASES, Choice, Fallback, OptLevel, Platform, Strip};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// The options that `-h` shows; `--help` shows all.
pub(crate) const SHORT_HELP: [&str; 14] = [
    "backend",
    "cpu",
    "debug",
    "help",
    "jobs",
    "opt_level",
    "optimize",
    "out_dir",
    "output",
    "quiet",
    "targets",
    "verbose",
    "version",
    "wasm",
];

/// Compile modules and components
#[derive(Args)]
pub(crate) struct Opts {
    /// Modules and components to compile, as binaries or text, folders of them, or `-` for
    /// standard input [default: what `precompile.toml` lists]
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The artifact [default: INPUT, as .cwasm]
    ///
    /// The file for the artifact; `-` is standard output. The default is INPUT with the extension `cwasm`, and the
    /// target before it where there are several.
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    pub(crate) output: Option<PathBuf>,

    /// Folder for artifacts, with the folders below INPUT
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) out_dir: Option<PathBuf>,

    /// Threads that compile [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,

    /// Form of reports: `human`, or `json`, an object a line
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    pub(crate) message_format: Format,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Report used features, causes of cache misses
    ///
    /// Reports the proposals that each module uses, the stamped features, and the difference to the nearest entry of
    /// the cache.
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Report the time of each phase, and the processor time and the memory of all
    #[arg(long)]
    pub(super) timings: bool,

    /// Write the inputs of each output to FILE, for make and ninja
    #[arg(long, value_name = "FILE")]
    pub(crate) depfile: Option<PathBuf>,

    /// In folders, also follow links that lead out of them
    #[arg(long)]
    pub(crate) follow_links: bool,

    /// Keep the time of an unchanged output, even where its input is newer: for builds that compare content
    #[arg(long)]
    pub(crate) keep_times: bool,

    /// File that lists the inputs where no INPUT is named: one like `precompile.toml`, or a `Cargo.toml` with
    /// `[package.metadata.precompile]` [env: PRECOMPILE_PROJECT] [default: precompile.toml]
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,

    /// cranelift, winch or auto [default: cranelift]
    ///
    /// The compiler: `cranelift` makes fast code, `winch` compiles fast, `auto` chooses the one that costs less for
    /// the number of runs in `--expect-runs`.
    #[arg(long, value_name = "BACKEND", value_parser = backend_arg::PARSER, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(crate) backend: Option<BackendArg>,

    /// For `--backend auto`: the number of times that each module is run
    #[arg(long, value_name = "N", help_heading = COMPILER)]
    pub(crate) expect_runs: Option<NonZeroU64>,

    /// For `--backend auto`: the run time with Cranelift, such as 50us, 20ms or 5s [default: 50ms]
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, help_heading = COMPILER)]
    pub(crate) expect_run_time: Option<Duration>,

    /// Substitute where the backend can't compile a module: `cranelift`, or `pulley` for Pulley's
    /// interpreter.
    #[arg(long, value_name = "BACKEND", value_parser = FALLBACK, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(crate) fallback: Option<Fallback>,

    /// none, speed or speed-and-size, as -O0, -O2, -Os
    ///
    /// Level of Cranelift's optimisation [default: speed].
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true, help_heading = COMPILER)]
    pub(crate) opt_level: Option<OptLevelArg>,

    /// Machines: triples, or names such as aarch64
    ///
    /// The machine to compile for: a target triple, or aarch64, arm64, x86_64, riscv64, s390x (all for Linux),
    /// pulley32, pulley64; several are separated by commas [default: this machine, with its baseline CPU].
    #[arg(long = "target", value_name = "TRIPLE,...", value_delimiter = ',', value_parser = TARGET)]
    #[arg(hide_possible_values = true, help_heading = MACHINE)]
    pub(crate) targets: Vec<String>,

    /// The minimum CPU, such as x86-64-v3 or native
    ///
    /// The minimum CPU that the code must run on: a level such as `x86-64-v3` or `armv8.2-a`, or `native`, and
    /// features to add or to remove: `x86-64-v3,-avx2`. A CPU behind a target is for that target alone:
    /// `x86_64=x86-64-v3,-avx2,aarch64=armv8.2-a`. May be given more than once [default: the baseline].
    #[arg(long, value_name = "LEVEL[,+F,-F]", value_parser = CPU, allow_hyphen_values = true)]
    #[arg(hide_possible_values = true, help_heading = MACHINE)]
    pub(crate) cpu: Vec<String>,

    /// Platform that the code may rely on: `hosted` on virtual memory and hardware faults, `signals-only`
    /// on hardware faults, `freestanding` on neither [default: hosted, where the target has an
    /// operating system]
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    #[arg(help_heading = MACHINE)]
    pub(crate) platform: Option<Platform>,

    /// Compile to fit a host that `precompile-run --describe` described
    #[arg(long = "for", value_name = "HOST.JSON", conflicts_with_all = ["targets", "cpu", "platform"])]
    #[arg(help_heading = MACHINE)]
    pub(crate) host: Option<PathBuf>,

    /// Parts to leave out of artifacts, separated by commas: `address-map`, `symbols`, `names`, `unwind`, or `all`;
    /// the code stays the same, and backtraces and debuggers tell less [default: none].
    #[arg(long, value_name = "PART,...", value_parser = STRIP, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    pub(crate) strip: Vec<Vec<Strip>>,

    /// Proposals, fuel, epochs; `-W help` lists them
    #[arg(short = 'W', value_name = "NAME[=VALUE],...", value_parser = WASM, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    pub(crate) wasm: Vec<String>,

    /// Debugging; `-D help` lists the settings
    #[arg(short = 'D', value_name = "NAME[=VALUE],...", value_parser = DEBUG, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    pub(crate) debug: Vec<String>,

    /// Optimisation, memories, traps; also -O2, -Os
    ///
    /// `-O help` lists the settings.
    #[arg(short = 'O', value_name = "NAME[=VALUE],...", value_parser = OPTIMIZE, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    pub(crate) optimize: Vec<String>,

    /// Code generation, as wasmtime's command line has it; `-C help` lists the settings
    #[arg(short = 'C', value_name = "NAME[=VALUE],...", value_parser = CODEGEN, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    pub(crate) codegen: Vec<String>,

    #[command(flatten)]
    pub(super) cache: CacheOpts,

    #[command(flatten)]
    pub(crate) limits: InputLimitOpts,
}

const COMPILER: &str = "Compiler";
const MACHINE: &str = "Machine";
const SETTINGS: &str = "Settings";

const FALLBACK: Hinted<Fallback> = Hinted::new(fallback, || names(FALLBACKS.map(Fallback::name)));
const PLATFORM: Hinted<Platform> = Hinted::new(platform, || names(Platform::ALL.map(Platform::name)));
const STRIP: Hinted<Vec<Strip>> = Hinted::new(Strip::parse, || {
    names(Strip::ALL.map(Strip::name)).into_iter().chain(["all".into()]).collect()
});
const TARGET: Hinted<String> = hinted::text(|| names(ALIASES.map(|(alias, _)| alias)));
const CPU: Hinted<String> = hinted::text(cpus::cpu_levels);
const FALLBACKS: [Fallback; 2] = [Fallback::Cranelift, Fallback::Pulley];

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).into()
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OptLevelArg {
    None,
    Speed,
    SpeedAndSize,
}

impl From<OptLevelArg> for OptLevel {
    fn from(level: OptLevelArg) -> OptLevel {
        match level {
            OptLevelArg::None => OptLevel::None,
            OptLevelArg::Speed => OptLevel::Speed,
            OptLevelArg::SpeedAndSize => OptLevel::SpeedAndSize,
        }
    }
}

fn platform(name: &str) -> Result<Platform, String> {
    let platform = Platform::ALL.into_iter().find(|platform| platform.name() == name);
    platform.ok_or_else(|| "use `hosted`, `signals-only` or `freestanding`".into())
}

fn fallback(name: &str) -> Result<Fallback, String> {
    let fallback = FALLBACKS.into_iter().find(|fallback| fallback.name() == name);
    fallback.ok_or_else(|| "use `cranelift` or `pulley`".into())
}

impl Opts {
    /// The settings, each behind its letter.
    pub(crate) fn setting_args(&self) -> SettingArgs<'_> {
        let Opts { wasm, debug, optimize, codegen, .. } = self;
        SettingArgs { wasm, debug, optimize, codegen }
    }

    /// The file that lists the inputs.
    pub(crate) fn project(&self) -> PathBuf {
        let named =
            self.project.clone().or_else(|| environment::variable("PRECOMPILE_PROJECT").map(PathBuf::from));
        named.unwrap_or_else(|| project::FILE.into())
    }

    /// The choices that the command line makes.
    pub(crate) fn choice(&self) -> Choice {
        Choice {
            backend: match self.backend {
                Some(BackendArg::Backend(backend)) => Some(backend),
                Some(BackendArg::Auto) | None => None,
            },
            expect: None,
            platform: self.platform,
            // Each target may have its own.
            cpu: None,
            opt_level: self.opt_level.map(OptLevel::from),
            fallback: self.fallback,
            strip: self.strip.concat(),
            settings: self.setting_args().iter().map(|(letter, text)| (letter, text.into())).collect(),
        }
    }
}
