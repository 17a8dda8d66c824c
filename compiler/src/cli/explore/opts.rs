//! The options of `precompile explore`.

use crate::hinted::Hinted;
use crate::message::Format;
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use crate::value_parsers::{CPU, OptLevelArg, PLATFORM, TARGET};
use clap::Args;
use precompile::{Backend, did_you_mean};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

const BACKEND: Hinted<Backend> = Hinted::new(backend, || names().map(String::from).collect());

/// Write a page that shows the machine code beside the WebAssembly
///
/// INPUT is compiled by both backends, for any target; a line selects the instructions that it was made from or into.
/// Of an artifact, the page shows its own machine code, and with `--source` the WebAssembly beside it.
#[derive(Args)]
pub(crate) struct Opts {
    /// A module or component, as binary or text, or `-` for standard input; or an artifact
    #[arg(value_name = "INPUT|ARTIFACT")]
    pub(super) input: PathBuf,

    /// The page, one file that needs no other; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) html: PathBuf,

    /// Show this function, by its name or its index; may be given more than once [default: the largest]
    #[arg(long = "function", value_name = "NAME|INDEX")]
    pub(super) functions: Vec<String>,

    /// The number of functions whose code is shown, the largest first [default: 50, with 3 MiB of code together]
    #[arg(long, value_name = "N", conflicts_with = "functions")]
    pub(super) largest: Option<NonZeroUsize>,

    /// The module or component that ARTIFACT was compiled from, to show its text
    #[arg(long, value_name = "FILE")]
    pub(super) source: Option<PathBuf>,

    /// The backends, separated by commas [default: winch,cranelift]
    #[arg(long, value_name = "BACKEND,...", value_delimiter = ',', value_parser = BACKEND)]
    #[arg(hide_possible_values = true, help_heading = COMPILER)]
    pub(super) backend: Vec<Backend>,

    /// none, speed or speed-and-size: the level of Cranelift's optimisation [default: speed]
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true, help_heading = COMPILER)]
    pub(super) opt_level: Option<OptLevelArg>,

    /// The machine: a triple, or a name such as aarch64 [default: this machine, with its baseline CPU]
    #[arg(long, value_name = "TRIPLE", value_parser = TARGET, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(super) target: Option<String>,

    /// The minimum CPU, such as x86-64-v3 or native [default: the baseline]
    #[arg(long, value_name = "LEVEL[,+F,-F]", value_parser = CPU, allow_hyphen_values = true)]
    #[arg(hide_possible_values = true, help_heading = COMPILER)]
    pub(super) cpu: Option<String>,

    /// Platform that the code may rely on, as for compiling
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(super) platform: Option<String>,

    /// Settings to compile with, as `precompile` has them behind -W, -D, -O and -C: `-W fuel`, `-O memory-may-move=n`
    #[arg(short = 'W', value_name = "NAME[=VALUE],...", value_parser = WASM, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    wasm: Vec<String>,

    #[arg(short = 'D', value_name = "NAME[=VALUE],...", value_parser = DEBUG, hide_possible_values = true, hide = true)]
    debug: Vec<String>,

    #[arg(short = 'O', value_name = "NAME[=VALUE],...", value_parser = OPTIMIZE, hide_possible_values = true, hide = true)]
    optimize: Vec<String>,

    #[arg(short = 'C', value_name = "NAME[=VALUE],...", value_parser = CODEGEN, hide_possible_values = true, hide = true)]
    codegen: Vec<String>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

const COMPILER: &str = "Compiler";

impl Opts {
    /// The input's path, for a message.
    pub(crate) fn input(&self) -> &Path {
        &self.input
    }

    /// The settings, each behind its letter.
    pub(super) fn setting_args(&self) -> SettingArgs<'_> {
        let Opts { wasm, debug, optimize, codegen, .. } = self;
        SettingArgs { wasm, debug, optimize, codegen }
    }

    /// The first given option that is for compiling, and has no use for an artifact.
    pub(super) fn for_compiling(&self) -> Option<String> {
        let given = [
            ("--backend", !self.backend.is_empty()),
            ("--opt-level", self.opt_level.is_some()),
            ("--target", self.target.is_some()),
            ("--cpu", self.cpu.is_some()),
            ("--platform", self.platform.is_some()),
        ];
        let named = given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name.into());
        named.or_else(|| self.setting_args().iter().next().map(|(letter, _)| format!("-{letter}")))
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    Backend::ALL.into_iter().map(Backend::name)
}

fn backend(name: &str) -> Result<Backend, String> {
    let nearest = || did_you_mean(name, names());
    name.parse().map_err(|_| format!("there is no backend `{name}`: use `cranelift` or `winch`{}", nearest()))
}
