//! Compiling in a process of its own, which may take only so much.
//!
//! That process is this command with [`CHILD`] as its first argument. It reads a [`Question`] and the module
//! from standard input, and writes an [`Answer`] to standard output. All else stays here: the cache, the
//! outputs, what is reported.

mod answer;
mod child;
mod question;

pub(crate) use child::Opts;

use answer::Answer;
use anyhow::{Context, Result};
use precompile::{CompileError, Compiled, Options};
use question::Question;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// The first argument of a process that compiles: nothing that anybody would name an input.
const CHILD: &str = "__isolated";
/// So much of what the process says of its end is read, in bytes.
const MOST_SAID: u64 = 64 << 10;

/// How much a process may take that compiles a module.
pub(crate) struct Isolation {
    program: PathBuf,
    max_memory_bytes: u64,
    timeout: Duration,
    threads: usize,
}

impl Isolation {
    /// Processes of this command.
    ///
    /// # Errors
    ///
    /// Where this system can't limit a process.
    pub(crate) fn new(max_memory_bytes: u64, timeout: Duration, threads: usize) -> Result<Isolation> {
        anyhow::ensure!(
            cfg!(unix),
            "`--isolate` needs limits on processes, which this system hasn't: leave it out"
        );
        let program = std::env::current_exe().context("this command can't be found to be started again")?;
        Ok(Isolation { program, max_memory_bytes, timeout, threads })
    }

    /// Compiles a module in a process of its own.
    ///
    /// # Errors
    ///
    /// What that process says, or what became of it.
    pub(crate) fn compile(&self, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
        let elsewhere = |message| CompileError::Elsewhere { message, is_limit: false };
        let answer = self.ask(options, module).map_err(|error| elsewhere(format!("{error:#}")))?;
        match answer {
            Ok(answer) => answer.compiled(options, elsewhere(self.too_much())),
            Err(message) => Err(elsewhere(message)),
        }
    }

    /// The answer, or what became of the process.
    fn ask(&self, options: &Options, module: &[u8]) -> Result<Result<Answer, String>> {
        let mut child = Command::new(&self.program)
            .args([CHILD, "--max-memory", &self.max_memory_bytes.to_string()])
            .args(["--threads", &self.threads.to_string(), "--parent", &std::process::id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the process that is to compile it can't be started")?;
        let question = Question::of(options).encode()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (status, output, said) = thread::scope(|scope| {
            scope.spawn(move || {
                let mut stdin = stdin?;
                // Where the process ends early, its end says why.
                stdin.write_all(&question).and_then(|()| stdin.write_all(module)).ok()
            });
            let output = scope.spawn(move || read(stdout, u64::MAX));
            let said = scope.spawn(move || read(stderr, MOST_SAID));
            let status = self.wait(&mut child);
            (status, output.join().unwrap_or_default(), said.join().unwrap_or_default())
        });
        let Some(status) = status? else {
            return Ok(Err(format!(
                "it takes longer to compile than the {} s that `--timeout` allows",
                self.timeout.as_secs_f32()
            )));
        };
        match status.success() {
            true => Ok(Ok(Answer::decode(output)?)),
            false => Ok(Err(self.obituary(status, &String::from_utf8_lossy(&said)))),
        }
    }

    /// How the process ended; `None` where it had to be ended.
    fn wait(&self, child: &mut Child) -> Result<Option<ExitStatus>> {
        let status = child.wait_timeout(self.timeout)?;
        if status.is_none() {
            child.kill()?;
            child.wait()?;
        }
        Ok(status)
    }

    fn too_much(&self) -> String {
        let most = self.max_memory_bytes;
        format!("it takes more memory to compile than the {most} bytes that `--max-memory` allows")
    }

    /// Why the process died.
    fn obituary(&self, status: ExitStatus, said: &str) -> String {
        // The standard library's words, before it aborts.
        if said.contains("memory allocation of") {
            return self.too_much();
        }
        match said.trim().lines().next() {
            Some(said) => format!("the process that was to compile it died ({status}): {said}"),
            None => format!("the process that was to compile it died ({status})"),
        }
    }
}

/// All that comes from a pipe, up to a limit.
fn read(pipe: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What there is of it counts.
    let _ = pipe.map(|pipe| pipe.take(most).read_to_end(&mut bytes));
    bytes
}
