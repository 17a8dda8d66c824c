//! `precompile [OPTIONS] INPUT`: compile a module.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use precompile::{Backend, Cpu, OptLevel, Options, Target, compile, write};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Options of `precompile`.
#[derive(Args)]
pub(crate) struct Opts {
    /// The module to compile, in binary form
    #[arg(value_name = "INPUT")]
    input: PathBuf,

    /// The compiler: `cranelift` makes fast code, `winch` compiles fast
    #[arg(long, value_name = "BACKEND", default_value = "cranelift")]
    backend: Backend,

    /// The machine to compile for: a target triple, or aarch64, arm64, x86_64, riscv64, s390x
    /// (all for Linux), pulley32, pulley64 [default: this machine, with its baseline CPU]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<Target>,

    /// The least CPU that the code must run on: a level such as `x86-64-v3` or `armv8.2-a`, or
    /// `native`, and features to add or to take away: `x86-64-v3,-avx2` [default: the baseline]
    #[arg(long, value_name = "LEVEL[,+F,-F]")]
    cpu: Option<String>,

    /// How hard Cranelift optimises
    #[arg(long, value_name = "LEVEL", value_enum)]
    opt_level: Option<OptLevelArg>,

    /// Where to write the artifact [default: INPUT with the extension `cwasm`]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum OptLevelArg {
    None,
    Speed,
    SpeedAndSize,
}

impl Opts {
    /// Compiles the input.
    pub(crate) fn run(&self, options: &Options) -> Result<()> {
        let start = Instant::now();
        let output = self.output.clone().unwrap_or_else(|| self.input.with_extension("cwasm"));
        let wasm = fs_err::read(&self.input)?;
        let artifact = compile(options, &wasm).with_context(|| format!("`{}`", self.input.display()))?;
        write(&output, &artifact, &self.input)?;
        if !self.quiet {
            let seconds = start.elapsed().as_secs_f64();
            // The artifact is there, whether or not this can be said.
            let _ = writeln!(
                std::io::stderr(),
                "compiled `{}` with {} for {} in {seconds:.2} s: `{}`, {} bytes",
                self.input.display(),
                options.backend,
                options.target,
                output.display(),
                artifact.len(),
            );
        }
        Ok(())
    }

    /// What to compile for; an error here is a mistake on the command line.
    pub(crate) fn options(&self) -> Result<Options> {
        let target = match &self.target {
            Some(target) => target.clone(),
            None => Target::host().context("this machine needs `--target`")?,
        };
        let cpu = match &self.cpu {
            Some(text) => Cpu::parse(text, &target)?,
            None => Cpu::default(),
        };
        let platform = target.default_platform(self.backend);
        let mut options = Options::new(self.backend, target, platform)?;
        options.cpu = cpu;
        match (self.opt_level, self.backend) {
            (Some(_), Backend::Winch) => anyhow::bail!(
                "winch has no optimisation levels: leave `--opt-level` out, or use `--backend cranelift`"
            ),
            (Some(OptLevelArg::None), _) => options.opt_level = OptLevel::None,
            (Some(OptLevelArg::Speed), _) | (None, _) => options.opt_level = OptLevel::Speed,
            (Some(OptLevelArg::SpeedAndSize), _) => options.opt_level = OptLevel::SpeedAndSize,
        }
        Ok(options)
    }
}
