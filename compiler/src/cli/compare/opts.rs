//! The options of `precompile compare`.

use crate::message::Format;
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use clap::{Args, ValueEnum, ValueHint};
use precompile::KeySource;
use precompile::artifact::quantity;
use serde::Serialize;
use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Measure which backend is cheaper, and from how many runs on
///
/// Compares the cost of compiling a module with the gain when it runs: compiles and runs it in each way. Arguments
/// for the guest stand behind INPUT, or behind `--`.
#[derive(Args)]
pub(crate) struct Opts {
    /// A module or a component
    pub(super) input: PathBuf,

    /// Arguments for the guest, or for the function to invoke
    pub(super) arguments: Vec<OsString>,

    /// Call this export, instead of running a command
    #[arg(long, value_name = "FUNCTION")]
    pub(super) invoke: Option<String>,

    /// Kind of run: `process` starts the runner each time, `call` calls again in one process
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    pub(super) per: Per,

    /// Machines that share one compilation: their runs are added; with `--per call` each of them loads the artifact
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) machines: NonZeroU32,

    /// The ways to compile, separated by commas: winch, cranelift-none, cranelift-speed,
    /// cranelift-speed-and-size, pulley [default: all]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(super) only: Vec<String>,

    /// A CPU level to compare besides the baseline, such as `x86-64-v3` or `native`, with winch and cranelift-speed,
    /// or with each way that `--only` names; may be given more than once
    #[arg(long, value_name = "LEVEL[,+F,-F]", allow_hyphen_values = true)]
    pub(super) cpu: Vec<String>,

    /// Settings to compile with, as `precompile` has them behind -W, -D, -O and -C: `-W fuel`, `-O memory-may-move=n`
    #[arg(short = 'W', value_name = "NAME[=VALUE],...", value_parser = WASM, hide_possible_values = true)]
    pub(super) wasm: Vec<String>,

    #[arg(short = 'D', value_name = "NAME[=VALUE],...", value_parser = DEBUG, hide_possible_values = true, hide = true)]
    pub(super) debug: Vec<String>,

    #[arg(short = 'O', value_name = "NAME[=VALUE],...", value_parser = OPTIMIZE, hide_possible_values = true, hide = true)]
    pub(super) optimize: Vec<String>,

    #[arg(short = 'C', value_name = "NAME[=VALUE],...", value_parser = CODEGEN, hide_possible_values = true, hide = true)]
    pub(super) codegen: Vec<String>,

    /// Threads that compile [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,

    /// Rounds; every way compiles and runs in each
    #[arg(long, value_name = "N", default_value = "5")]
    pub(super) rounds: NonZeroU32,

    /// Calls in each measuring process; their median counts [default: 3, and 100 with `--invoke`]
    #[arg(long, value_name = "N")]
    pub(super) calls: Option<NonZeroU32>,

    /// Time that a run may take, such as 30s or 10m; a guest that takes longer is ended [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(super) timeout: Option<Duration>,

    /// The command that runs artifacts, such as `qemu-aarch64 ./precompile-run` or `ssh device
    /// precompile-run`, where the device's shell splits arguments once more; a file, or words with quotes as
    /// in a shell [default: the `precompile-run` beside this command, or in the PATH]
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    pub(super) runner: Option<OsString>,

    /// Command that brings an artifact to where the runner finds it, with `{}` for its path: `scp -q {} device:{}`
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    pub(super) send: Option<OsString>,

    /// Sign the artifacts, for a runner that demands signatures: with a secret key in a file, or in a variable, as
    /// `env:NAME`; the time that it takes isn't measured
    #[arg(long, value_name = "KEY")]
    pub(super) sign: Option<KeySource>,

    /// Folder for the artifacts [default: a folder that is removed]
    #[arg(long, value_name = "FOLDER")]
    pub(super) out_dir: Option<PathBuf>,

    /// Give the guest a folder, under the path GUEST
    #[arg(long, value_name = "HOST[::GUEST]")]
    pub(super) dir: Vec<OsString>,

    /// Give the guest an environment variable
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<OsString>,

    /// File that the guest reads as standard input [default: nothing]
    #[arg(long, value_name = "FILE")]
    pub(super) stdin: Option<PathBuf>,

    /// Write a page with charts, in one file; `-` is standard output, in place of the report
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

/// The default time that a run may take.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// The kind of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Per {
    /// The runner is started each time
    #[default]
    Process,
    /// A command is instantiated, or a function called, again in one process
    Call,
}

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

    /// The settings for all ways to compile.
    pub(super) fn settings(&self) -> Vec<String> {
        let settings =
            self.setting_args().iter().flat_map(|(letter, text)| [format!("-{letter}"), text.to_owned()]);
        settings.chain(self.jobs.map(|jobs| format!("-j{jobs}"))).collect()
    }
}
