//! Hostile guests, run by `precompile-run`: each ends with a code of the table of exit codes, and the runner survives.
//! Tests of limits elsewhere are not repeated here.

mod calls;
mod exhaustion;
#[cfg(unix)]
mod output;
mod own_artifact;
#[cfg(unix)]
mod paths;
#[cfg(unix)]
mod race;

use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use support::{Ended, Folder, Runner, run, runner};

/// A time that no run here takes, unless it hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the default runner in a folder, and checks that it survives.
#[track_caller]
fn attack(folder: &Folder, arguments: &[&str]) -> Ended {
    let mut command = Command::new(runner(Runner::Default));
    command.current_dir(folder.path()).args(arguments).stdin(Stdio::null());
    survive(&mut command, DEADLINE).unwrap_or_else(|why| panic!("{arguments:?}: {why}"))
}

/// The end of a command; an error where it panics, is ended by a signal, or hangs.
fn survive(command: &mut Command, deadline: Duration) -> Result<Ended, String> {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output().unwrap()));
    let Ok(output) = receiver.recv_timeout(deadline) else {
        run(Command::new("kill").args(["-KILL", &id.to_string()]));
        return Err(format!("it hangs for {deadline:?}"));
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let ended =
        Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    match ended.code {
        None => Err(format!("a signal ended it: {ended:?}")),
        Some(_) if ended.stderr.contains("panicked") => Err(format!("it panicked: {ended:?}")),
        Some(_) => Ok(ended),
    }
}

/// Checks that the guest trapped with these words.
#[track_caller]
fn assert_trapped(ended: &Ended, words: &str, case: &str) {
    assert_eq!(ended.code, Some(134), "{case}: {ended:?}");
    assert!(ended.stderr.starts_with("error: the guest trapped: "), "{case}: {ended:?}");
    assert!(ended.stderr.contains(words), "{case}: {ended:?}");
}

/// Crashes and hangs are found where they are planted.
#[test]
#[cfg(unix)]
fn a_crash_is_noticed() {
    for (script, words) in [
        ("kill -SEGV $$", "a signal ended it"),
        ("echo \"thread 'main' panicked at\" >&2; exit 125", "it panicked"),
        ("exec sleep 60", "it hangs"),
    ] {
        let found = survive(Command::new("sh").args(["-c", script]), Duration::from_secs(2)).unwrap_err();
        assert!(found.contains(words), "{script}: {found}");
    }
}
