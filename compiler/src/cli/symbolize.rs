//! `precompile symbolize MODULE < TRACE`: backtraces, with the functions and the lines of source in them.

mod chain;
mod code_frame;
mod doubts;
mod files;
mod found;
mod json;
mod mappings;
mod sources;
mod text;
mod trap_frame;

use crate::cache_opts::StoreOpts;
use crate::unreadable::unreadable;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use doubts::Doubts;
use files::Files;
use precompile::artifact::escaped_path;
use sources::Sources;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::PathBuf;

/// Add functions and lines of source to backtraces
///
/// A backtrace is the text of a trap, as precompile-run and wasmtime print it, or the output of `perf script`. It comes
/// from standard input, and all else in it is passed on as it is. Lines come from a module that was compiled with `-g`.
#[derive(Args)]
#[command(after_help = "\
Example: precompile-run app.cwasm 2>&1 | precompile symbolize app.wasm")]
pub(crate) struct Opts {
    /// The modules and components that the frames are in, which are told apart by their names
    #[arg(value_name = "MODULE", required_unless_present = "artifacts")]
    modules: Vec<PathBuf>,

    /// An artifact that the frames are in, for addresses of its machine code, and for its module, which the cache has
    /// where the artifact was stripped
    #[arg(long = "artifact", value_name = "FILE")]
    artifacts: Vec<PathBuf>,

    /// The file with the backtrace, instead of standard input
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Form of the backtrace, and of what is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: TraceFormat,

    #[command(flatten)]
    store: StoreOpts,
}

/// The form of a backtrace.
#[derive(Clone, Copy, Default, ValueEnum)]
enum TraceFormat {
    /// Lines, of which those that are frames get more lines
    #[default]
    Text,
    /// JSON objects that are frames, or arrays of them; each is printed on a line, with its `frames`
    Json,
}

impl Opts {
    /// Prints the backtrace with its lines.
    ///
    /// # Errors
    ///
    /// If a file can't be read, or is none of its kind.
    pub(crate) fn run(&self) -> Result<()> {
        let files = Files::read(&self.modules, &self.artifacts, &self.store)?;
        let mut sources = Sources::new(&files)?;
        let trace = self.trace()?;
        let mut stdout = io::stdout().lock();
        let passed = match self.format {
            TraceFormat::Text => text::pass(trace, &mut stdout, &mut sources),
            TraceFormat::Json => json::pass(trace, &mut stdout, &mut sources),
        };
        Doubts::tell(&sources.doubts);
        match passed {
            // The reader wants no more.
            Err(error) if is_broken_pipe(&error) => Ok(()),
            passed => passed,
        }
    }

    fn trace(&self) -> Result<Box<dyn BufRead>> {
        let Some(path) = &self.trace else { return Ok(Box::new(io::stdin().lock())) };
        let file = File::open(path).map_err(|error| unreadable(&error));
        let file = file.with_context(|| format!("`{}`", escaped_path(path)))?;
        Ok(Box::new(BufReader::new(file)))
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == ErrorKind::BrokenPipe)
}
