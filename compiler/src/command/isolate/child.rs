//! The other side: a process that compiles.

use super::CHILD;
use super::answer::Answer;
use super::question::Question;
use crate::message::print_bytes;
use anyhow::Result;
use clap::Parser;
use std::io::{ErrorKind, Read, stdin};

/// The stack of each thread, in bytes.
const STACK_BYTES: usize = 2 << 20;

/// Compile what standard input holds, for the process that started this one
#[derive(Parser)]
pub(crate) struct Opts {
    /// What compiling may take, in bytes
    #[arg(long)]
    max_memory: u64,
    #[arg(long)]
    threads: usize,
    /// The process that started this one
    #[arg(long)]
    parent: u32,
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
        // Before there is a limit: a thread that can't be started is none of the module's faults.
        rayon::ThreadPoolBuilder::new().num_threads(self.threads).stack_size(STACK_BYTES).build_global()?;
        // Stacks count, whether they are used or not.
        limit(self.max_memory.saturating_add((self.threads * STACK_BYTES) as u64))?;
        let answer = answer()?;
        let (head, artifact) = answer.encode()?;
        print_bytes(&head)?;
        Ok(print_bytes(artifact)?)
    }
}

fn answer() -> Result<Answer> {
    let mut bytes = Vec::new();
    match stdin().lock().read_to_end(&mut bytes) {
        Err(error) if error.kind() == ErrorKind::OutOfMemory => return Ok(Answer::out_of_memory()),
        read => read?,
    };
    let (question, module) = Question::decode(&bytes)?;
    Ok(Answer::of(precompile::attempt(&question.options()?, module)))
}

/// Limits this process's memory: what it may write to counts, but for what it maps to share, and not address
/// space that is only reserved.
#[cfg(unix)]
fn limit(max_memory_bytes: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = Some(max_memory_bytes);
    Ok(setrlimit(Resource::Data, Rlimit { current: most, maximum: most })?)
}

#[cfg(not(unix))]
fn limit(_: u64) -> Result<()> {
    anyhow::bail!("this system has no limits on processes")
}

/// Ties this process's life to that of the one that started it.
///
/// # Errors
///
/// Where that one is gone already.
#[cfg(target_os = "linux")]
fn tie(parent: u32) -> Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = getppid().map(|parent| parent.as_raw_nonzero().get());
    anyhow::ensure!(now == i32::try_from(parent).ok(), "the process that asked is gone");
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn tie(_: u32) -> Result<()> {
    Ok(())
}
