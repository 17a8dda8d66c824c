//! The isolated process, which compiles.

use super::confinement::{Confinement, Layer};
use super::frame;
use super::request::{Request, Task};
use super::response::Response;
use crate::message::print_bytes;
use anyhow::{Result, ensure};
use clap::Parser;
use precompile::Compiler;
use std::io::{Cursor, ErrorKind, stdin};

/// The first argument of an isolated process: not a likely name of an input.
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
    /// The process id of the process that started this one
    #[arg(long)]
    parent: u32,
    /// Refuse where a means to confine this process is missing
    #[arg(long)]
    strict: bool,
    #[cfg(feature = "planted-child")]
    #[command(flatten)]
    planted: super::planted::Planted,
}

impl Opts {
    /// The options of this process; `None` where it is no isolated process.
    pub(crate) fn of_child() -> Option<Opts> {
        let mut arguments = std::env::args_os().skip(1).peekable();
        (arguments.peek()? == CHILD).then(|| Opts::parse_from(arguments))
    }

    /// Reads a request, and writes the response.
    pub(crate) fn run(&self) -> Result<()> {
        tie(self.parent)?;
        let confinement = Confinement::enter(&self.layers(), self.threads, STACK_BYTES, self.max_memory)?;
        let lacking = confinement.lacking();
        ensure!(lacking.is_empty() || !self.strict, "it is not confined by {}", lacking.join(", "));
        let response = self.respond(confinement)?;
        let (head, artifact) = response.encode()?;
        print_bytes(&head)?;
        Ok(print_bytes(artifact)?)
    }

    fn layers(&self) -> Vec<Layer> {
        let layers = Layer::ALL.into_iter();
        #[cfg(feature = "planted-child")]
        let layers = layers.filter(|layer| !self.planted.is_without(layer.name()));
        layers.collect()
    }

    fn respond(&self, confinement: Confinement) -> Result<Response> {
        let mut input = stdin().lock();
        let Request { task, module_bytes } = Request::decode(&mut input)?;
        let module = match frame::bytes(&mut input, module_bytes) {
            Err(error) if error.kind() == ErrorKind::OutOfMemory => return Ok(Response::out_of_memory()),
            read => read?,
        };
        Ok(match task {
            Task::Confinement => Response::of_confinement(confinement),
            Task::CodeBytes => Response::of_code_bytes(precompile::code_bytes(Cursor::new(module), true)?),
            Task::Compile(options) => {
                #[cfg(feature = "planted-child")]
                if let Some(response) = self.planted.respond(self.parent) {
                    return Ok(response);
                }
                Response::of(Compiler::default().compile(&options, &module))
            }
        })
    }
}

/// Has this process end with its parent, and lets no other process of the user look into it.
///
/// # Errors
///
/// If the parent is gone already.
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
