//! Compiling in a process of its own, which has limits and reaches nothing.
//!
//! The process is this command with [`child::CHILD`] as its first argument. It confines itself, reads a [`Request`] and
//! the module from standard input, and writes a [`Response`] to standard output. Nothing here reads the module's code,
//! and a response is read with care, as a hostile module may have taken the process over. The cache, the outputs and
//! the reports stay here.

mod channel;
mod child;
mod confinement;
mod diagnostics;
mod frame;
#[cfg(feature = "planted-child")]
mod planted;
mod request;
mod response;

pub(crate) use child::Opts;
pub(crate) use diagnostics::bounded;

use crate::kind::Kind;
use anyhow::{Context, Result, anyhow, ensure};
use channel::Channel;
use precompile::{CompileError, Compiled, ErrorKind, Options};
use request::{Request, Task};
use response::Response;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// The maximum of bytes that are read of the process's stderr.
const MAX_STDERR_BYTES: u64 = 64 << 10;
/// The time to read the process's output after its end. A stream that is open then is held by another process.
const READ_PATIENCE: Duration = Duration::from_secs(1);

/// The limits of a process that compiles a module.
pub(crate) struct Isolation {
    pub(crate) max_memory_bytes: u64,
    pub(crate) timeout: Duration,
    pub(crate) threads: usize,
    /// Refuses where this machine lacks a means to confine a process, instead of doing without.
    pub(crate) is_strict: bool,
}

impl Isolation {
    /// Checks that this machine can limit a process and, if `is_strict`, confine it by every means.
    ///
    /// # Errors
    ///
    /// If it can't.
    pub(crate) fn check(&self) -> Result<()> {
        ensure!(cfg!(unix), "`--isolate` needs limits on processes, which this system hasn't: leave it out");
        if self.is_strict {
            let lenient = Isolation { is_strict: false, ..*self };
            let confinement = lenient.request(Task::Confinement, &[])?.confinement()?;
            let lacking = confinement.lacking();
            ensure!(
                lacking.is_empty(),
                "`--isolate=strict` can't be had on this machine, which lacks {}: use a Linux that has it, \
                 or `--isolate`, which does without",
                lacking.join(", ")
            );
        }
        Ok(())
    }

    /// The confinement of such processes on this machine, in one line.
    ///
    /// # Errors
    ///
    /// If the process can't be started, or fails.
    pub(crate) fn describe(&self) -> Result<String> {
        Ok(self.request(Task::Confinement, &[])?.confinement()?.to_string())
    }

    /// The bytes of a module's code, as [`precompile::code_bytes`] counts them.
    ///
    /// # Errors
    ///
    /// If the process can't be started, or fails.
    pub(crate) fn code_bytes(&self, module: &[u8]) -> Result<u64> {
        self.request(Task::CodeBytes, module)?.code_bytes()
    }

    /// Compiles a module in a process of its own.
    ///
    /// # Errors
    ///
    /// The process's error, or its failure.
    pub(crate) fn compile(&self, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
        let start = Instant::now();
        let response = self.request(Task::Compile(Box::new(options.clone())), module);
        let response = response.map_err(|error| {
            let kind = if Kind::of(&error) == Kind::TooMuch { ErrorKind::TooMuch } else { ErrorKind::Other };
            CompileError::OtherProcess { message: format!("{error:#}"), kind }
        })?;
        let too_much = CompileError::OtherProcess { message: self.too_much(), kind: ErrorKind::TooMuch };
        response.compiled(options, module, start.elapsed(), too_much)
    }

    /// Has a process do a task with a module, and returns its response.
    ///
    /// # Errors
    ///
    /// If the process can't be started, or fails.
    fn request(&self, task: Task, module: &[u8]) -> Result<Response> {
        let request = Request { task, module_bytes: module.len() as u64 }.encode()?;
        // The process holds the module and the artifact within its memory; this one holds no more.
        let max_bytes = self.max_memory_bytes.saturating_sub(module.len() as u64);
        let channels = [Channel::new(), Channel::new(), Channel::new()];
        let [stdin, stdout, stderr] =
            channels.map(|channel| channel.context("no channel to a process can be made"));
        let (stdin, stdout, stderr) = (stdin?, stdout?, stderr?);
        // The process's ends are closed here with the command.
        let spawn = |mut command: Command| {
            command.stdin(stdin.theirs).stdout(stdout.theirs).stderr(stderr.theirs).spawn()
        };
        let mut child =
            spawn(self.command()?).context("the process that is to compile it can't be started")?;
        let [stdin, stdout, stderr] = [&stdin.ours, &stdout.ours, &stderr.ours];
        let (status, response, stderr) = thread::scope(|scope| {
            // Nothing is sent: the channel closes once all three threads are done.
            let (busy, done) = mpsc::channel::<()>();
            let start = || -> io::Result<_> {
                let thread = thread::Builder::new;
                let writing = busy.clone();
                thread().spawn_scoped(scope, move || {
                    let (mut stdin, _writing) = (stdin, writing);
                    // Where the process ends early, its exit status tells why.
                    let written = stdin.write_all(&request).and_then(|()| stdin.write_all(module));
                    channel::end(stdin);
                    written.ok()
                })?;
                let reading = busy.clone();
                let response = thread().spawn_scoped(scope, move || {
                    let _reading = reading;
                    let response = Response::decode(stdout, max_bytes);
                    // A process that writes more gets an error.
                    channel::end(stdout);
                    response
                })?;
                let stderr = thread().spawn_scoped(scope, move || {
                    let _reading = busy;
                    let bytes = read(stderr);
                    channel::end(stderr);
                    bytes
                })?;
                Ok((response, stderr))
            };
            let started = start();
            // Threads that did start would wait for ever, unless the process ends.
            let status = end(&mut child, if started.is_ok() { self.timeout } else { Duration::ZERO });
            // All output of the process is there to be read. A process that it started may hold the other ends.
            if let Err(RecvTimeoutError::Timeout) = done.recv_timeout(READ_PATIENCE) {
                [stdin, stdout, stderr].into_iter().for_each(channel::end);
            }
            let (response, stderr) = started.context("no thread can be started for it")?;
            let response = response.join().unwrap_or_else(|_| Err(anyhow!("reading it panics")));
            anyhow::Ok((status?, response, stderr.join().unwrap_or_default()))
        })?;
        let Some(status) = status else {
            let max_s = self.timeout.as_secs_f32();
            return Err(Kind::TooMuch
                .error(format!("it takes longer to compile than the {max_s} s that `--timeout` allows")));
        };
        if !status.success() {
            return Err(self.failure(status, &String::from_utf8_lossy(&stderr)));
        }
        response.context("the process that was to compile it gave no answer")
    }

    /// The command that starts the process, with an empty environment and in the root folder.
    fn command(&self) -> Result<Command> {
        let program = std::env::current_exe().context("this command can't be found to be started again")?;
        let mut command = Command::new(std::path::absolute(program)?);
        command
            .args([child::CHILD, "--max-memory", &self.max_memory_bytes.to_string()])
            .args(["--threads", &self.threads.to_string(), "--parent", &std::process::id().to_string()])
            .args(self.is_strict.then_some("--strict"))
            .env_clear()
            .current_dir("/");
        #[cfg(feature = "planted-child")]
        planted::plant(&mut command);
        Ok(command)
    }

    fn too_much(&self) -> String {
        let max_bytes = self.max_memory_bytes;
        format!("it takes more memory to compile than the {max_bytes} bytes that `--max-memory` allows")
    }

    /// The reason why the process died, as far as it is known.
    fn failure(&self, status: ExitStatus, stderr: &str) -> anyhow::Error {
        // The standard library prints this before it aborts.
        if stderr.contains("memory allocation of") {
            return Kind::TooMuch.error(self.too_much());
        }
        if is_refused(status) {
            return anyhow!(
                "the process that was to compile it did what no compiler does, such as to start a program or to \
                 open a socket, and was ended: the module is not to be trusted"
            );
        }
        match stderr.trim().lines().next() {
            Some(line) => anyhow!("the process that was to compile it died ({status}): {}", bounded(line)),
            None => anyhow!("the process that was to compile it died ({status})"),
        }
    }
}

/// Keeps from child processes the descriptors that this process inherited, such as those of make's jobserver.
pub(crate) fn keep_descriptors() {
    #[cfg(feature = "planted-child")]
    if planted::is_without("descriptors") {
        return;
    }
    #[cfg(unix)]
    close_fds::set_fds_cloexec(3, &[]);
}

/// Waits for the end of a process, and kills it after `timeout`; `None` where it was killed.
fn end(child: &mut Child, timeout: Duration) -> Result<Option<ExitStatus>> {
    let status = child.wait_timeout(timeout)?;
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(status)
}

/// Tells whether the kernel ended a process for a system call.
#[cfg(target_os = "linux")]
fn is_refused(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::SYS.as_raw())
}

#[cfg(not(target_os = "linux"))]
fn is_refused(_: ExitStatus) -> bool {
    false
}

/// Reads the start of a process's stderr.
fn read(stderr: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stderr.take(MAX_STDERR_BYTES).read_to_end(&mut bytes);
    bytes
}
