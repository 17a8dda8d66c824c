//! Guests whose standard streams are closed, full, or without a reader.

use crate::{DEADLINE, attack, survive};
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::{fs, thread};
use support::{BACKENDS, Ended, Folder, Runner, run, runner};

/// A guest that writes until it is refused, and ends with the error as its code; or that goes on all the same; or that
/// returns a result to be printed.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 4) "\00\10")
    (func $pour (param $stream i32) (result i32)
        (call $write (local.get $stream) (i32.const 0) (i32.const 1) (i32.const 16)))
    (func (export "_start") (local $error i32)
        (loop (br_if 0 (i32.eqz (local.tee $error (call $pour (i32.const 1))))))
        (call $exit (local.get $error)))
    (func (export "once")
        (call $exit (i32.add (call $pour (i32.const 1)) (call $pour (i32.const 2)))))
    ;; Too little to fill a buffer.
    (func (export "word") (i32.store (i32.const 4) (i32.const 5)) (call $exit (call $pour (i32.const 1))))
    (func (export "stubborn") (loop (drop (call $pour (i32.const 1))) (br 0)))
    (func (export "answer") (result i32) (i32.const 42)))"#;

/// WASI's numbers for EPIPE and ENOSPC.
const CLOSED: i32 = 64;
const NO_SPACE: i32 = 51;

fn compile(backend: &str) -> Folder {
    let folder = Folder::new();
    folder.compile("app", GUEST, &["--backend", backend]);
    folder
}

/// Runs the runner with a standard output that nobody reads.
fn run_without_reader(folder: &Folder, arguments: &[&str]) -> Ended {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(runner(Runner::Default));
    command.current_dir(folder.path()).args(arguments).stdout(writer).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The command holds the pipe's end.
    drop(command);
    let ended = thread::spawn(|| child.wait_with_output().unwrap()).join().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    Ended { code: ended.status.code(), stdout: String::new(), stderr }
}

/// The guest of `| head -c 1` learns that its reader is gone.
#[test]
fn a_reader_that_leaves() {
    for backend in BACKENDS {
        let folder = compile(backend);
        let mut command = Command::new(runner(Runner::Default));
        command.current_dir(folder.path()).args(["--timeout", "30s", "app.cwasm"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(CLOSED), &b""[..]), "{backend}");
    }
}

#[test]
fn output_without_a_reader() {
    for backend in BACKENDS {
        let folder = compile(backend);
        assert_eq!(run_without_reader(&folder, &["app.cwasm"]).code, Some(CLOSED), "{backend}");
        let word = run_without_reader(&folder, &["--invoke", "word", "app.cwasm"]);
        assert_eq!(word.code, Some(CLOSED), "{backend}: {word:?}");
        // A guest that ignores the error is ended by its timeout alone.
        let stubborn = ["--timeout", "300ms", "--invoke", "stubborn", "app.cwasm"];
        assert_eq!(run_without_reader(&folder, &stubborn).code, Some(124), "{backend}");
        let ended = run_without_reader(&folder, &["--invoke", "answer", "app.cwasm"]);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.starts_with("error: can't write to standard output: "), "{ended:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let folder = compile("cranelift");
    let mut command = Command::new("sh");
    command.current_dir(folder.path()).args(["-c", "exec \"$0\" app.cwasm >/dev/full"]);
    let ended = survive(command.arg(runner(Runner::Default)), DEADLINE).unwrap();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(NO_SPACE), ""), "{ended:?}");
}

/// A closed standard stream's number goes to no other file: neither to the artifact, nor to a folder of the guest's.
#[test]
fn streams_that_are_closed() {
    for backend in BACKENDS {
        let folder = compile(backend);
        let artifact = fs::read(folder.join("app.cwasm")).unwrap();
        let before = folder.names();
        for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
            let script = format!("exec \"$0\" --dir . --invoke once app.cwasm {closed}");
            let mut command = Command::new("sh");
            command.current_dir(folder.path()).args(["-c", &script]).arg(runner(Runner::Default));
            let ended = survive(&mut command, DEADLINE).unwrap();
            // The guest's output is lost, without an error.
            assert_eq!(ended.code, Some(0), "{backend} {closed}: {ended:?}");
        }
        assert_eq!(folder.names(), before);
        assert!(fs::read(folder.join("app.cwasm")).unwrap() == artifact, "{backend}");
    }
}

/// The exit code tells of a trap also where nobody reads the report.
#[test]
fn a_report_without_a_reader() {
    let folder = Folder::new();
    folder.compile("app", r#"(module (func (export "_start") unreachable))"#, &[]);
    assert_eq!(attack(&folder, &["app.cwasm"]).code, Some(134));
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(runner(Runner::Default));
    let ended = run(command.current_dir(folder.path()).arg("app.cwasm").stderr(writer));
    assert_eq!(ended.code, Some(134), "{ended:?}");
}
