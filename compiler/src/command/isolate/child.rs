//! The other side: a process that compiles.

use super::CHILD;
use super::answer::Answer;
use super::question::Question;
use crate::message::print_bytes;
use anyhow::Result;
use clap::Parser;
use std::io::{Read, stdin};

/// Compile what standard input holds, for the process that started this one
#[derive(Parser)]
pub(crate) struct Opts {
    #[arg(long)]
    max_memory: u64,
}

impl Opts {
    /// What this process was started for, if it was for that.
    pub(crate) fn asked() -> Option<Opts> {
        let mut arguments = std::env::args_os().skip(1).peekable();
        (arguments.peek()? == CHILD).then(|| Opts::parse_from(arguments))
    }

    /// Reads a question, and answers it.
    pub(crate) fn run(&self) -> Result<()> {
        // Before there is a limit: a thread that can't be started is none of the module's faults.
        rayon::ThreadPoolBuilder::new().build_global()?;
        limit(self.max_memory)?;
        let mut bytes = Vec::new();
        stdin().lock().read_to_end(&mut bytes)?;
        let (question, module) = Question::decode(&bytes)?;
        let answer = Answer::of(precompile::attempt(&question.options()?, module));
        let (head, artifact) = answer.encode()?;
        print_bytes(&head)?;
        Ok(print_bytes(artifact)?)
    }
}

/// Limits this process's memory, and ties its life to that of the one that started it.
#[cfg(unix)]
fn limit(max_memory_bytes: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // What it writes to counts, and not address space that is only reserved.
    let most = Some(max_memory_bytes);
    setrlimit(Resource::Data, Rlimit { current: most, maximum: most })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: u64) -> Result<()> {
    anyhow::bail!("this system has no limits on processes")
}
