//! The other side: a process that compiles.

use super::confinement::{Confinement, Layer};
use super::frame;
use super::request::{Request, Task};
use super::response::Response;
use crate::message::print_bytes;
use anyhow::{Result, ensure};
use clap::Parser;
use precompile::Compiler;
use std::io::{Cursor, ErrorKind, stdin};

/// The first argument of a process that compiles: nothing that anybody would name an input.
pub(super) const CHILD: &str = "__isolated";

/// The stack of each thread, in bytes.
const STACK_BYTES: usize = 2 << 20;

/// Compile what standard input holds, for the process that started this one
#[derive(Parser)]
pub(crate) struct Opts {
    /// Memory that compiling may take, in bytes
    #[arg(long)]
    max_memory: u64,
    #[arg(long)]
    threads: usize,
    /// The process that started this one
    #[arg(long)]
    parent: u32,
    /// Do nothing where something is lacking that would confine this process
    #[arg(long)]
    strict: bool,
    #[cfg(feature = "planted-child")]
    #[command(flatten)]
    planted: super::planted::Planted,
}

impl Opts {
    /// What this process was started for, if it was for that.
    pub(crate) fn asked() -> Option<Opts> {
        let mut arguments = std::env::args_os().skip(1).peekable();
        (arguments.peek()? == CHILD).then(|| Opts::parse_from(arguments))
    }

    /// Reads a question, and answers it.
    pub(crate) fn run(&self) -> Result<()> {
        tie(self.parent)?;
        let confinement = Confinement::enter(&self.layers(), self.threads, STACK_BYTES, self.max_memory)?;
        let lacking = confinement.lacking();
        ensure!(lacking.is_empty() || !self.strict, "it is not confined by {}", lacking.join(", "));
        let answer = self.answer(confinement)?;
        let (head, artifact) = answer.encode()?;
        print_bytes(&head)?;
        Ok(print_bytes(artifact)?)
    }

    fn layers(&self) -> Vec<Layer> {
        let layers = Layer::ALL.into_iter();
        #[cfg(feature = "planted-child")]
        let layers = layers.filter(|layer| !self.planted.is_without(layer.name()));
        layers.collect()
    }

    fn answer(&self, confinement: Confinement) -> Result<Response> {
        let mut input = stdin().lock();
        let Request { question, module_bytes } = Request::decode(&mut input)?;
        let module = match frame::bytes(&mut input, module_bytes) {
            Err(error) if error.kind() == ErrorKind::OutOfMemory => return Ok(Response::out_of_memory()),
            read => read?,
        };
        Ok(match question {
            Task::Confinement => Response::of_confinement(confinement),
            Task::CodeBytes => Response::of_code_bytes(precompile::code_bytes(Cursor::new(module), true)?),
            Task::Compile(options) => {
                #[cfg(feature = "planted-child")]
                if let Some(answer) = self.planted.answer(self.parent) {
                    return Ok(answer);
                }
                Response::of(Compiler::default().compile(&options, &module))
            }
        })
    }
}

/// Ties this process's life to that of the one that started it, and lets no other of the user's look into it.
///
/// # Errors
///
/// Where that one is gone already.
#[cfg(target_os = "linux")]
fn tie(parent: u32) -> Result<()> {
    use rustix::process::{
        DumpableBehavior, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal,
    };
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = getppid().map(|parent| parent.as_raw_nonzero().get());
    ensure!(now == i32::try_from(parent).ok(), "the process that asked is gone");
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(not(target_os = "linux"))]
fn tie(_: u32) -> Result<()> {
    Ok(())
}
