//! Compiling in a process of its own, which may take only so much, and reach nothing.
//!
//! That process is this command with [`child::CHILD`] as its first argument. It confines itself, reads a question and the
//! module from standard input, and writes an [`Response`] to standard output. Nothing here reads the module's code;
//! and what a module that got hold of the process would answer is read with care. All else stays here: the cache,
//! the outputs, what is reported.

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

use crate::kind::Kind;
use anyhow::{Context, Result, anyhow, ensure};
use channel::Channel;
use diagnostics::bounded;
use precompile::{CompileError, Compiled, ErrorKind, Options};
use request::{Request, Task};
use response::Response;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// So much of what the process says of its end is read, in bytes.
const MOST_SAID: u64 = 64 << 10;
/// What the process wrote is read so long after its end; by then nothing is left but what others keep open.
const AFTER_ITS_END: Duration = Duration::from_secs(1);

/// The bounds of a process that compiles a module.
pub(crate) struct Isolation {
    pub(crate) max_memory_bytes: u64,
    pub(crate) timeout: Duration,
    pub(crate) threads: usize,
    /// Refuses where this machine lacks something that confines a process, instead of doing without.
    pub(crate) is_strict: bool,
}

impl Isolation {
    /// Checks that there can be such processes.
    ///
    /// # Errors
    ///
    /// Where this system can't limit a process, or, if it is strict, not confine it.
    pub(crate) fn check(&self) -> Result<()> {
        ensure!(cfg!(unix), "`--isolate` needs limits on processes, which this system hasn't: leave it out");
        if self.is_strict {
            let lenient = Isolation { is_strict: false, ..*self };
            let confinement = lenient.ask(Task::Confinement, &[])?.confinement()?;
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

    /// The protection that such processes have on this machine, in one line.
    ///
    /// # Errors
    ///
    /// Where there can't be one.
    pub(crate) fn describe(&self) -> Result<String> {
        Ok(self.ask(Task::Confinement, &[])?.confinement()?.to_string())
    }

    /// The bytes of a module's code, as [`precompile::code_bytes`] counts them.
    ///
    /// # Errors
    ///
    /// What became of the process.
    pub(crate) fn code_bytes(&self, module: &[u8]) -> Result<u64> {
        self.ask(Task::CodeBytes, module)?.code_bytes()
    }

    /// Compiles a module in a process of its own.
    ///
    /// # Errors
    ///
    /// What that process says, or what became of it.
    pub(crate) fn compile(&self, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
        let start = Instant::now();
        let answer = self.ask(Task::Compile(Box::new(options.clone())), module);
        let answer = answer.map_err(|error| {
            let kind = if Kind::of(&error) == Kind::TooMuch { ErrorKind::TooMuch } else { ErrorKind::Other };
            CompileError::OtherProcess { message: format!("{error:#}"), kind }
        })?;
        let too_much = CompileError::OtherProcess { message: self.too_much(), kind: ErrorKind::TooMuch };
        answer.compiled(options, module, start.elapsed(), too_much)
    }

    /// The answer to a question about a module.
    ///
    /// # Errors
    ///
    /// What became of the process.
    fn ask(&self, question: Task, module: &[u8]) -> Result<Response> {
        let question = Request { question, module_bytes: module.len() as u64 }.encode()?;
        // A process that holds both has no room for more; and so this one never holds more, either.
        let most = self.max_memory_bytes.saturating_sub(module.len() as u64);
        let channels = [Channel::new(), Channel::new(), Channel::new()];
        let [stdin, stdout, stderr] =
            channels.map(|channel| channel.context("no channel to a process can be made"));
        let (stdin, stdout, stderr) = (stdin?, stdout?, stderr?);
        // Its ends are closed here with the command.
        let spawn = |mut command: Command| {
            command.stdin(stdin.theirs).stdout(stdout.theirs).stderr(stderr.theirs).spawn()
        };
        let mut child =
            spawn(self.command()?).context("the process that is to compile it can't be started")?;
        let [stdin, stdout, stderr] = [&stdin.ours, &stdout.ours, &stderr.ours];
        let (status, answer, said) = thread::scope(|scope| {
            // Nothing is sent: it is closed once all three threads are done.
            let (busy, done) = mpsc::channel::<()>();
            let start = || -> io::Result<_> {
                let thread = thread::Builder::new;
                let asking = busy.clone();
                thread().spawn_scoped(scope, move || {
                    let (mut stdin, _asking) = (stdin, asking);
                    // Where the process ends early, its end says why.
                    let asked = stdin.write_all(&question).and_then(|()| stdin.write_all(module));
                    channel::end(stdin);
                    asked.ok()
                })?;
                let reading = busy.clone();
                let answer = thread().spawn_scoped(scope, move || {
                    let _reading = reading;
                    let answer = Response::decode(stdout, most);
                    // Who says more is to find out that nobody listens.
                    channel::end(stdout);
                    answer
                })?;
                let said = thread().spawn_scoped(scope, move || {
                    let _listening = busy;
                    let said = read(stderr);
                    channel::end(stderr);
                    said
                })?;
                Ok((answer, said))
            };
            let started = start();
            // Without it they would wait for ever.
            let status = end(&mut child, if started.is_ok() { self.timeout } else { Duration::ZERO });
            // All that the process wrote is there to be read. What it started may hold the other ends.
            if let Err(RecvTimeoutError::Timeout) = done.recv_timeout(AFTER_ITS_END) {
                [stdin, stdout, stderr].into_iter().for_each(channel::end);
            }
            let (answer, said) = started.context("no thread can be started for it")?;
            let answer = answer.join().unwrap_or_else(|_| Err(anyhow!("reading it panics")));
            anyhow::Ok((status?, answer, said.join().unwrap_or_default()))
        })?;
        let Some(status) = status else {
            let most = self.timeout.as_secs_f32();
            return Err(Kind::TooMuch
                .error(format!("it takes longer to compile than the {most} s that `--timeout` allows")));
        };
        if !status.success() {
            return Err(self.obituary(status, &String::from_utf8_lossy(&said)));
        }
        answer.context("the process that was to compile it gave no answer")
    }

    /// The command that starts the process, with neither environment nor folder.
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
        let most = self.max_memory_bytes;
        format!("it takes more memory to compile than the {most} bytes that `--max-memory` allows")
    }

    /// The reason why the process died, as far as it is known.
    fn obituary(&self, status: ExitStatus, said: &str) -> anyhow::Error {
        // The standard library's words, before it aborts.
        if said.contains("memory allocation of") {
            return Kind::TooMuch.error(self.too_much());
        }
        if is_refused(status) {
            return anyhow!(
                "the process that was to compile it did what no compiler does, such as to start a program or to \
                 open a socket, and was ended: the module is not to be trusted"
            );
        }
        match said.trim().lines().next() {
            Some(said) => anyhow!("the process that was to compile it died ({status}): {}", bounded(said)),
            None => anyhow!("the process that was to compile it died ({status})"),
        }
    }
}

/// Keeps the descriptors from other programs that who started this one left open, such as those of make's jobserver.
pub(crate) fn keep_descriptors() {
    #[cfg(feature = "planted-child")]
    if planted::is_without("descriptors") {
        return;
    }
    #[cfg(unix)]
    close_fds::set_fds_cloexec(3, &[]);
}

/// The end of a process; `None` where it had to be ended.
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

/// The words of a process at its end, as many as there are.
fn read(stderr: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stderr.take(MOST_SAID).read_to_end(&mut bytes);
    bytes
}
