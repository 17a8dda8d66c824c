//! The worker's side of an action: it compiles a module, and writes the artifact, or the reason why there is none.

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use precompile::cache::{Digest, Key};
use precompile::{Compiler, ErrorKind, Options, recipe};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// The first argument of a worker: not a likely name of an input.
pub(super) const WORKER: &str = "__worker";
/// The output in place of an artifact: the reason why there is none. It is an output and not an exit code, because farms
/// keep the results of programs that succeed, and a module that can't be compiled is the same everywhere.
pub(super) const REFUSAL: &str = "refusal.json";

/// A module that can't be compiled.
#[derive(Serialize, Deserialize)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) kind: ErrorKind,
}

/// Compile a module, as a worker of a build farm
#[derive(Parser)]
pub(crate) struct Opts {
    /// The key of the artifact: a worker of another build would make another one
    key: String,
    /// The options, as JSON
    options: String,
    module: PathBuf,
    artifact: PathBuf,
}

impl Opts {
    /// The options of this process; `None` where it is no worker.
    pub(crate) fn of_worker() -> Option<Opts> {
        let mut arguments = std::env::args_os().skip(1).peekable();
        (arguments.peek()? == WORKER).then(|| Opts::parse_from(arguments))
    }

    /// Compiles.
    pub(crate) fn run(&self) -> Result<()> {
        let options: Options = serde_json::from_str(&self.options).context("the options can't be read")?;
        let module = fs_err::read(&self.module)?;
        ensure!(
            key(&options, &module) == self.key,
            "this worker is another build of precompile than the one that asks: give it one of the same sources"
        );
        match Compiler::default().compile(&options, &module) {
            Ok(compiled) => fs_err::write(&self.artifact, compiled.artifact)?,
            Err(error) if is_of_the_module(error.kind()) => {
                let refusal = Refusal { message: error.to_string(), kind: error.kind() };
                fs_err::write(self.artifact.with_file_name(REFUSAL), serde_json::to_vec(&refusal)?)?;
            }
            Err(error) => bail!("{error}"),
        }
        Ok(())
    }
}

/// The key of an artifact, for this build.
pub(super) fn key(options: &Options, module: &[u8]) -> String {
    Key::new(&Arc::new(recipe(options)), Digest::of(module)).digest().to_string()
}

/// Returns true where a module is the reason for an error, and not the machine that compiles it.
pub(super) fn is_of_the_module(kind: ErrorKind) -> bool {
    use ErrorKind::{Invalid, Limit, NotWebassembly, Text, TurnedOff, Unsupported};
    matches!(kind, Invalid | Limit | NotWebassembly | Text | TurnedOff | Unsupported)
}
