//! Processes with a time limit.

use std::io::{self, Read};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// The time to wait for a pipe that another process keeps open after its own was killed.
const PIPE_PATIENCE: Duration = Duration::from_secs(1);

/// Runs a command to its end, and calls `goes_on` where it takes longer than `patience`. Returns `None` where it was
/// killed at the limit.
///
/// # Errors
///
/// If the command can't be started.
pub(super) fn output(
    command: &mut Command,
    limit: Duration,
    patience: Duration,
    goes_on: impl FnOnce(),
) -> io::Result<Option<Output>> {
    let mut child = command.spawn()?;
    let (stdout, stderr) = (child.stdout.take().map(read), child.stderr.take().map(read));
    let first = patience.min(limit);
    let mut status = child.wait_timeout(first)?;
    if status.is_none() && first < limit {
        goes_on();
        status = child.wait_timeout(limit - first)?;
    }
    let Some(status) = status else {
        child.kill()?;
        child.wait()?;
        for pipe in [stdout, stderr].into_iter().flatten() {
            let _ = pipe.recv_timeout(PIPE_PATIENCE);
        }
        return Ok(None);
    };
    let all = |pipe: Option<Receiver<Vec<u8>>>| pipe.and_then(|pipe| pipe.recv().ok()).unwrap_or_default();
    Ok(Some(Output { status, stdout: all(stdout), stderr: all(stderr) }))
}

/// Reads a pipe to its end, in a thread.
fn read(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A part of the output is better than none.
        let _ = pipe.read_to_end(&mut bytes);
        // The receiver may be gone.
        let _ = sender.send(bytes);
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Stdio;
    use std::time::Instant;

    fn shell(script: &str, limit: Duration, patience: Duration) -> (Option<Output>, bool) {
        let mut told = false;
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = output(&mut command, limit, patience, || told = true).unwrap();
        (output, told)
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn output_is_whole() {
        let (output, told) = shell("seq 100000; echo bad >&2; exit 3", LONG, LONG);
        let Output { status, stdout, stderr } = output.unwrap();
        assert_eq!((status.code(), stderr), (Some(3), b"bad\n".to_vec()));
        assert!(stdout.ends_with(b"\n100000\n") && !told);
        assert!(shell("sleep 0.3", LONG, Duration::from_millis(20)).1, "that it goes on");
    }

    /// A process that the shell leaves behind keeps the pipes open.
    #[test]
    fn an_endless_command_is_killed() {
        let start = Instant::now();
        let (output, told) = shell("sleep 600 & wait", Duration::from_millis(200), Duration::from_millis(20));
        assert!(output.is_none() && told);
        assert!(start.elapsed() < Duration::from_secs(300), "{:?}", start.elapsed());
    }
}
