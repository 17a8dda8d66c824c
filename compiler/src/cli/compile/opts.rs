//! The options of `precompile`.

use crate::cache_opts::CacheOpts;
use crate::compile::input_limits::InputLimitOpts;
use crate::compile::mem_budget::MemBudget;
use crate::compile::project::{MACHINE, Project, SIGNATURES};
use crate::compile::project_file::FILE;
use crate::compile::remote::RemoteOpts;
use crate::compile::shard_arg::{self, ShardArg};
use crate::environment;
use crate::message::Format;
use clap::Args;
use precompile::artifact::quantity;
use std::path::PathBuf;

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
#[derive(Args, Clone)]
pub(crate) struct Opts {
    /// The artifact [default: INPUT, as .cwasm]
    ///
    /// `-` is standard output. Where there are several targets, the default has the target before `cwasm`.
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) project: Project,

    /// Threads that compile [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,

    /// Memory that compiling may take, such as 24G: a module starts once its estimated memory fits
    ///
    /// The estimate is by the sizes of the module and of its code, and the number of functions. A module that doesn't
    /// fit even alone is an error with the figure.
    #[arg(long, value_name = "SIZE", value_parser = quantity::bytes)]
    mem_budget: Option<u64>,

    /// Print where each artifact is, and the estimated time for those that are missing; compile nothing
    ///
    /// With `--message-format json`, an object for each, and one with the counts.
    #[arg(long, conflicts_with_all = ["depfile", "provenance", "timings"])]
    pub(crate) plan: bool,

    /// Do part K of N, which take about the same time; K counts from 1, and `auto` asks the scheduler
    ///
    /// Machines that have the same inputs, options and build agree on the parts without talking to each other, whatever
    /// their caches hold. `auto` reads the variables of Kubernetes' indexed jobs, Slurm's arrays, Nomad and GitLab; or
    /// PRECOMPILE_SHARD_INDEX, from 0 on. PRECOMPILE_SHARDS is N where the scheduler doesn't tell it.
    #[arg(long, value_name = "K/N", value_parser = shard_arg::PARSER, hide_possible_values = true)]
    #[arg(conflicts_with = "depfile")]
    pub(crate) shard: Option<ShardArg>,

    /// Form of reports: `human`, or `json`, an object a line
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    pub(crate) message_format: Format,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Report used features, causes of cache misses
    ///
    /// The cause of a miss is the difference to the nearest entry. With `--isolate`, also reports how each process is
    /// confined.
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Report the time of each phase, and the processor time and the memory of all
    #[arg(long)]
    pub(super) timings: bool,

    /// Write the inputs of each output to FILE, for make and ninja
    #[arg(long, value_name = "FILE")]
    pub(crate) depfile: Option<PathBuf>,

    /// Write the origin of each output to FILE
    ///
    /// Each line is an in-toto statement with SLSA's provenance, in a signed envelope (DSSE) with `--sign`. Inputs and
    /// outputs are read again.
    #[arg(long, value_name = "FILE", help_heading = SIGNATURES)]
    pub(crate) provenance: Option<PathBuf>,

    /// The builder that `--provenance` names, as a URI [default: precompile:local]
    #[arg(long, value_name = "URI", help_heading = SIGNATURES, requires = "provenance")]
    builder_id: Option<String>,

    /// File that lists the inputs where no INPUT is named: one like `precompile.toml`, or a `Cargo.toml` with
    /// `[package.metadata.precompile]` [env: PRECOMPILE_PROJECT] [default: precompile.toml]
    #[arg(long = "project", value_name = "FILE")]
    pub(super) project_file: Option<PathBuf>,

    /// Compile to fit a host that `precompile-run --describe` described, or a folder of such files
    ///
    /// May be repeated: one artifact fits them all, and uses the CPU features that all have. With `--out-dir`, one is
    /// written for each host, `app.HOST.cwasm`.
    #[arg(long = "for", value_name = "HOST.JSON", help_heading = MACHINE)]
    pub(crate) hosts: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) cache: CacheOpts,

    #[command(flatten)]
    pub(crate) limits: InputLimitOpts,

    #[command(flatten)]
    pub(super) remote: RemoteOpts,
}

impl Opts {
    /// The memory that compiling may take, where it is limited.
    pub(super) fn mem_budget(&self) -> Option<MemBudget> {
        self.mem_budget.map(MemBudget)
    }

    /// The builder that provenance names.
    pub(super) fn builder_id(&self) -> &str {
        self.builder_id.as_deref().unwrap_or("precompile:local")
    }

    /// The file that lists the inputs.
    pub(crate) fn project_file(&self) -> PathBuf {
        let named = self
            .project_file
            .clone()
            .or_else(|| environment::variable("PRECOMPILE_PROJECT").map(PathBuf::from));
        named.unwrap_or_else(|| FILE.into())
    }
}
