//! Stopped processes that hold locks: no other process waits for them without end.

use crate::{cache_verb, folder, is_right, report};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{Ended, Folder, precompile, run, slow};

/// A time that no wait takes, unless it has no end.
const FOR_EVER: Duration = Duration::from_secs(120);

/// A process that is killed with the value.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Process {
        Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn id(&self) -> u32 {
        self.0.id()
    }

    fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert_eq!(run(Command::new("kill").args([&format!("-{name}"), &id])).code, Some(0));
    }

    /// Stops the process, and waits until it has stopped.
    fn stop(&self) {
        self.signal("STOP");
        let status = format!("/proc/{}/status", self.id());
        while cfg!(target_os = "linux") && !fs::read_to_string(&status).unwrap().contains("State:\tT") {
            sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// The files that compiling processes lock.
fn filling(folder: &Folder) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.cache().join("v1/filling")).into_iter().flatten();
    files.map(|file| file.unwrap().path()).filter(|path| is_locked(path)).collect()
}

/// A process that was stopped while it compiled `slow.wat`, and the lock that it holds.
fn stopped_compiling(folder: &Folder) -> (Process, PathBuf) {
    // Fewer functions suffice on a slower machine.
    for functions in [200, 2_000, 20_000] {
        folder.write("slow.wat", slow(functions));
        let mut command = folder.command(precompile());
        let process = Process::start(command.args(["-q", "-j1", "slow.wat"]));
        let start = Instant::now();
        while filling(folder).is_empty() && start.elapsed() < FOR_EVER {
            sleep(Duration::from_millis(1));
        }
        process.stop();
        if let [lock] = &filling(folder)[..] {
            return (process, lock.clone());
        }
    }
    panic!("it compiles faster than it is stopped");
}

/// A process that holds a file locked, and was stopped.
fn stopped_holding(folder: &Folder, mode: &str, name: &str) -> (Process, PathBuf) {
    let lock = folder.cache().join("v1").join(name);
    let process =
        Process::start(Command::new("flock").args(["--no-fork", mode]).arg(&lock).args(["sleep", "1000"]));
    let start = Instant::now();
    while !is_locked(&lock) {
        assert!(start.elapsed() < FOR_EVER, "there is no flock of util-linux on this machine");
        sleep(Duration::from_millis(1));
    }
    process.stop();
    (process, lock)
}

/// Runs a command to its end, unless it takes too long.
fn timed(command: &mut Command) -> (Ended, Duration) {
    let start = Instant::now();
    let ended = run(command);
    let elapsed = start.elapsed();
    assert!(elapsed < FOR_EVER, "{elapsed:?}: {ended:?}");
    (ended, elapsed)
}

/// The text that names the holder of a lock, as far as this system tells.
fn holder(process: &Process) -> String {
    match cfg!(target_os = "linux") {
        true => format!("process {} (stopped)", process.id()),
        false => "another process".into(),
    }
}

#[test]
fn a_stopped_compile_is_not_waited_for() {
    let folder = folder();
    let (process, lock) = stopped_compiling(&folder);
    let arguments = ["--message-format", "json", "slow.wat", "-o", "second.cwasm", "--cache-wait", "3s"];
    let (ended, elapsed) = timed(folder.command(precompile()).args(arguments));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(elapsed >= Duration::from_secs(3), "{elapsed:?}: {ended:?}");
    let (who, lock) = (holder(&process), lock.display());
    let expected = [
        format!("waiting for {who}, which holds `{lock}`"),
        format!(
            "warning: this run no longer waits for entries of other processes: {who} has held `{lock}` for 3 s: end it, or let it go on"
        ),
    ];
    assert_eq!(ended.stderr.lines().collect::<Vec<_>>(), expected);
    assert!(ended.stdout.contains("\"cache\":\"miss\""), "{ended:?}");
    // A later process finds the entry.
    let (ended, _) = timed(folder.command(precompile()).args([
        "--message-format",
        "json",
        "slow.wat",
        "-o",
        "third.cwasm",
    ]));
    assert_eq!(report(&ended), ("hit".into(), vec![]));
    // Commands that only read don't wait, either.
    cache_verb(&folder, &["stats"]);
    process.signal("CONT");
    let mut process = process;
    assert_eq!(process.0.wait().unwrap().code(), Some(0));
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    assert!(read("slow.cwasm") == read("second.cwasm") && read("second.cwasm") == read("third.cwasm"));
}

/// Pruning waits for a stopped process that uses the store, and other processes don't wait for pruning.
#[test]
fn waiting_to_prune_holds_up_nobody() {
    let folder = folder();
    assert_eq!(crate::compile(&folder, "first").0, "miss");
    let (process, lock) = stopped_holding(&folder, "-s", "lock");
    let prune = folder
        .command(precompile())
        .args(["cache", "prune", "--cache-wait", "20s"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let turnstile = folder.cache().join("v1/turnstile");
    let start = Instant::now();
    while !is_locked(&turnstile) {
        assert!(start.elapsed() < FOR_EVER, "nobody prunes");
        sleep(Duration::from_millis(1));
    }
    // The default patience.
    assert_eq!(crate::compile_quietly(&folder, "second"), "hit");
    assert!(is_right(&folder, "second"));
    assert_eq!(timed(folder.command(precompile()).args(["cache", "stats"])).0.code, Some(0));
    let pruned = prune.wait_with_output().unwrap();
    let stderr = String::from_utf8(pruned.stderr).unwrap();
    assert_eq!(pruned.status.code(), Some(1), "{stderr}");
    let (who, lock) = (holder(&process), lock.display());
    let expected = [
        format!("waiting for {who}, which holds `{lock}`"),
        format!("error: {who} has held `{lock}` for 20 s: end it, or let it go on"),
    ];
    assert_eq!(stderr.lines().collect::<Vec<_>>(), expected);
}

/// A store is held alone as by a process that was stopped while it pruned.
#[test]
fn a_store_that_is_held_alone_is_not_used() {
    for name in ["lock", "turnstile"] {
        let folder = folder();
        assert_eq!(crate::compile(&folder, "first").0, "miss");
        let (process, lock) = stopped_holding(&folder, "-x", name);
        let arguments = ["--message-format", "json", "app.wat", "-o", "second", "--cache-wait", "200ms"];
        let (had, warnings) = report(&timed(folder.command(precompile()).args(arguments)).0);
        let who = holder(&process);
        assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
        let held = format!("{who} has held `{}` for 0 s", lock.display());
        assert!(
            warnings[0].contains("does without the cache") && warnings[0].contains(&held),
            "{warnings:?}"
        );
        assert!(is_right(&folder, "second"));
        let mut stats = folder.command(precompile());
        stats.args(["cache", "stats"]).env("PRECOMPILE_CACHE_WAIT", "200ms");
        let (ended, _) = timed(&mut stats);
        assert!(ended.code == Some(1) && ended.stderr.starts_with(&format!("error: {held}")), "{ended:?}");
        drop(process);
        assert_eq!(crate::compile(&folder, "third"), ("hit".into(), vec![]));
    }
}

/// A reader of standard output that doesn't read holds up no other process.
#[test]
fn a_reader_that_takes_its_time_holds_nothing() {
    let folder = folder();
    folder.write("large.wat", slow(60));
    let arguments = ["-q", "large.wat", "-o", "-"];
    assert!(run(folder.command(precompile()).args(arguments)).stdout.len() > 100_000, "a pipe holds it");
    let mut reader = folder.command(precompile()).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/wchan", reader.id());
    // Wait until the process waits for its reader, where the system tells.
    let start = Instant::now();
    while !fs::read_to_string(&status).is_ok_and(|place| place.contains("pipe_w"))
        && start.elapsed().as_secs() < 3
    {
        sleep(Duration::from_millis(10));
    }
    cache_verb(&folder, &["prune", "--cache-wait", "10s"]);
    reader.kill().unwrap();
    reader.wait().unwrap();
}
