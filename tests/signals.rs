//! Signals to the two commands: signals that were ignored at the start, and signals to process 1.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "what can't be tried here says so")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{Folder, Runner, precompile, runner, slow};

/// A guest that says that it runs, and then waits for input.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\08\00\00\00\01\00\00\00!")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// Starts a program behind a prefix of arguments, with pipes.
fn start(folder: &Folder, prefix: &[&str], program: &Path, arguments: &[&str]) -> Child {
    let (first, rest) = prefix.split_first().unwrap();
    let mut command = folder.command(first);
    command.args(rest).arg(program).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for_guest(child: &mut Child) {
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
}

/// Waits until a process catches SIGINT.
fn wait_for_handler(id: u32) {
    let start = Instant::now();
    let catches = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & 1 << 1 != 0
    };
    while !catches() {
        assert!(start.elapsed() < Duration::from_secs(20), "it catches nothing");
        sleep(Duration::from_millis(5));
    }
}

fn kill(signal: &str, id: impl AsRef<OsStr>) {
    assert!(Command::new("kill").args(["-s", signal]).arg(id).status().unwrap().success());
}

#[test]
fn a_signal_that_is_ignored_at_the_start_ends_no_run() {
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    for signal in ["HUP", "INT", "TERM"] {
        let script = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        let mut child = start(&folder, &["sh", "-c", &script], runner(Runner::Default), &["app.cwasm"]);
        wait_for_guest(&mut child);
        kill(signal, child.id().to_string());
        sleep(Duration::from_millis(100));
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "SIG{signal}");
    }
}

/// Several signals are sent, as nothing tells from outside when a compile is ready for them.
#[test]
fn a_signal_that_is_ignored_at_the_start_ends_no_compile() {
    let folder = Folder::new();
    for signal in ["HUP", "INT", "TERM"] {
        let script = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        let arguments = ["-q", "-", "-o", "out.cwasm"];
        let mut child = start(&folder, &["sh", "-c", &script], precompile(), &arguments);
        for _ in 0..20 {
            sleep(Duration::from_millis(50));
            kill(signal, child.id().to_string());
        }
        child.stdin.take().unwrap().write_all(b"(module)").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "SIG{signal}");
        std::fs::remove_file(folder.join("out.cwasm")).unwrap();
    }
}

/// A write that doesn't end, as on a file system whose server is gone, is simulated by a pipe that nobody reads.
#[test]
fn a_write_that_hangs_is_not_waited_for() {
    for (again, within) in [(false, Duration::from_secs(5)), (true, Duration::from_millis(1500))] {
        let folder = Folder::new();
        folder.write("app.wat", "(module)");
        assert_eq!(folder.precompile(["app.wat"]).code, Some(0));
        let list = folder.precompile(["cache", "list", "--message-format", "json"]).stdout;
        let key = list.split_once(r#""key":""#).unwrap().1.split('"').next().unwrap();
        assert_eq!(folder.precompile(["cache", "clear"]).code, Some(0));
        std::fs::remove_file(folder.join("app.cwasm")).unwrap();
        let lock = folder.cache().join("v1/filling").join(key);
        assert!(Command::new("mkfifo").arg(&lock).status().unwrap().success());
        let mut child = folder.command(precompile()).args(["-q", "app.wat"]).spawn().unwrap();
        wait_for_handler(child.id());
        // After its handler, the command only has a small file to read.
        sleep(Duration::from_millis(500));
        assert_eq!(child.try_wait().unwrap(), None, "it is to hang");
        let start = Instant::now();
        kill("INT", child.id().to_string());
        if again {
            sleep(Duration::from_millis(200));
            kill("INT", child.id().to_string());
        }
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > within {
                child.kill().unwrap();
                panic!("it doesn't end: {:?}", child.wait());
            }
            sleep(Duration::from_millis(10));
        };
        assert_eq!(ended.code(), Some(130));
    }
}

/// The system ignores signals to process 1 for which it has set no action.
#[test]
fn process_1_ends() {
    let ways = [
        &["unshare", "--pid", "--fork", "--kill-child"][..],
        &["unshare", "-Ur", "--pid", "--fork", "--kill-child"],
    ];
    let can = |way: &&[&str]| {
        let output = Command::new(way[0]).args(&way[1..]).arg("true").output();
        output.is_ok_and(|output| output.status.success())
    };
    let Some(way) = ways.into_iter().find(can) else {
        eprintln!("not tried: `unshare` makes no namespace for processes here");
        return;
    };
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    for (signal, code) in [("HUP", 129), ("INT", 130), ("QUIT", 131), ("TERM", 143)] {
        // A script's background jobs ignore these signals.
        let script = ["sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh"];
        let mut outside = start(&folder, &[&script, way].concat(), runner(Runner::Default), &["app.cwasm"]);
        wait_for_guest(&mut outside);
        let children = format!("/proc/{0}/task/{0}/children", outside.id());
        let Ok(inside) = std::fs::read_to_string(children) else {
            eprintln!("not tried: this kernel doesn't list a process' children");
            outside.kill().unwrap();
            outside.wait().unwrap();
            return;
        };
        kill(signal, inside.trim());
        let _open = outside.stdin.take();
        assert_eq!(outside.wait().unwrap().code(), Some(code), "SIG{signal}");
    }
}

/// An interrupt between the two artifacts of `serve-ready` leaves the first, which is whole, and nothing of the second.
#[test]
fn the_first_artifact_for_a_server_outlives_an_interrupt() {
    let folder = Folder::new();
    folder.wasm("app.wasm", &slow(500));
    let mut child = start(&folder, &["env"], precompile(), &["serve-ready", "app.wasm"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_ready = |line: &String| line.starts_with("`app.cwasm` is ready: precompile-run serve");
    assert!(lines.by_ref().map_while(Result::ok).any(|line| is_ready(&line)), "{:?}", child.wait());
    kill("TERM", child.id().to_string());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(folder.names(), ["app.cwasm", "app.wasm"]);
    let checked = folder.run(Runner::Default, ["--check", "app.cwasm"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}
