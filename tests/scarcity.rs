//! Tests of both commands without threads, and with a small stack.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "what can't be tried here says so")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{BACKENDS, Ended, Folder, Runner, precompile, run, runner};

const HELLO: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\08\00\00\00\01\00\00\00!")
    (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// The command [`HELLO`], with an import by which it may wait for a clock.
const WAITS: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (func (export "_start")))"#;

/// A folder with the commands, for a user without rights, and the prefix that starts one of them as such a user without
/// a second thread. `None`, with a printed line, where this system can't do that.
fn limited() -> Option<(Folder, Vec<String>)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    let user = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"];
    let user = if is_root { &user[..] } else { &[] };
    let words: Vec<_> = user.iter().chain(&["prlimit", "--nproc=1:1"]).map(|&word| word.to_owned()).collect();
    let output = Command::new(&words[0]).args(&words[1..]).arg("true").output();
    if !output.is_ok_and(|output| output.status.success()) {
        eprintln!("not tried: `{}` doesn't limit processes here (util-linux has it)", words.join(" "));
        return None;
    }
    let folder = Folder::new();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    for (name, path) in [("precompile", precompile()), ("run", runner(Runner::Default))] {
        fs::copy(path, folder.join(name)).unwrap();
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
    }
    folder.compile("hello", HELLO, &[]);
    folder.compile("waits", WAITS, &[]);
    for name in ["hello.wasm", "hello.cwasm", "waits.cwasm"] {
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o644)).unwrap();
    }
    Some((folder, words))
}

fn start(folder: &Folder, prefix: &[String], arguments: &[&str]) -> Ended {
    let mut command = folder.command(&prefix[0]);
    command.args(&prefix[1..]).args(arguments).env("HOME", folder.path());
    run(&mut command)
}

#[test]
fn a_run_without_threads_needs_none_or_says_so() {
    let Some((folder, prefix)) = limited() else { return };
    let ended = start(&folder, &prefix, &["./run", "hello.cwasm"]);
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), "!", ""), "{ended:?}");
    for (arguments, reason) in [
        (&["./run", "waits.cwasm"][..], "OS can't spawn worker thread"),
        (&["./run", "--timeout", "5s", "hello.cwasm"], "temporarily unavailable"),
    ] {
        let ended = start(&folder, &prefix, arguments);
        // Waiting takes a thread by wasmtime-wasi alone.
        if arguments[1] == "waits.cwasm" && ended.code == Some(0) {
            continue;
        }
        assert_eq!(ended.code, Some(125), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with("error: can't start a thread, see `ulimit -u`"), "{ended:?}");
        assert!(ended.stderr.contains(reason), "{ended:?}");
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    }
}

#[test]
fn a_compile_without_threads_compiles_in_the_first() {
    let Some((folder, prefix)) = limited() else { return };
    let auto = ["-j", "1", "--backend", "auto", "--expect-runs", "5"];
    for (arguments, started) in [(&["-j", "2"][..], "0 of 2"), (&["-j", "1"], "0 of 1"), (&auto, "0 of 1")] {
        let all = [&["./precompile", "--no-cache", "hello.wasm", "-o", "new.cwasm"], arguments].concat();
        let ended = start(&folder, &prefix, &all);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let warning = format!("warning: only {started} threads to compile could be started: ");
        assert!(ended.stderr.contains(&warning), "{ended:?}");
        assert_eq!(start(&folder, &prefix, &["./run", "new.cwasm"]).stdout, "!");
        fs::remove_file(folder.join("new.cwasm")).unwrap();
    }
}

/// The first interrupt can't start a thread that ends the process once a write is done, and this write doesn't end: it
/// waits for a pipe.
#[test]
fn a_second_interrupt_needs_no_thread() {
    let Some((folder, prefix)) = limited() else { return };
    // The limit follows later.
    let (user, limit) = prefix.split_at(prefix.len() - 2);
    let user = [user, &["env".into(), "PRECOMPILE_CACHE_DIR=cache".into()]].concat();
    let compile = ["./precompile", "-q", "hello.wasm", "-o", "new.cwasm"];
    assert_eq!(start(&folder, &user, &compile).code, Some(0));
    let list = start(&folder, &user, &["./precompile", "cache", "list", "--message-format", "json"]).stdout;
    let key = list.split_once(r#""key":""#).unwrap().1.split('"').next().unwrap();
    assert_eq!(start(&folder, &user, &["./precompile", "cache", "clear"]).code, Some(0));
    fs::remove_file(folder.join("new.cwasm")).unwrap();
    assert_eq!(start(&folder, &user, &["mkfifo", &format!("cache/v1/filling/{key}")]).code, Some(0));
    let mut child = folder.command(&user[0]).args(&user[1..]).args(compile).spawn().unwrap();
    let (id, begin) = (child.id().to_string(), Instant::now());
    let is_waiting = || {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 1 << 1 != 0
    };
    while !is_waiting() {
        assert!(begin.elapsed() < Duration::from_secs(20), "it catches nothing");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(500));
    // As the user, since root may lack the right to limit the processes of others.
    let limited = start(&folder, &[&user, limit].concat(), &["--pid", &id]);
    assert_eq!(limited.code, Some(0), "{limited:?}");
    let interrupt = || assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    interrupt();
    sleep(Duration::from_secs(3));
    assert_eq!(child.try_wait().unwrap(), None, "a thread ended it");
    interrupt();
    sleep(Duration::from_secs(1));
    let ended = child.try_wait().unwrap();
    let _ = child.kill();
    assert_eq!(ended.map(|status| status.code()), Some(Some(130)));
}

/// The native stack is smaller than the stack that guests may use.
#[test]
fn a_small_stack_is_enough() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func $f (export "f") (result i32)
            (drop (call $random (i32.const 0) (i32.const 64))) (i32.add (call $f) (i32.const 1))))"#;
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", text, &["--backend", backend]);
        for kibibytes in [128, 256, 1024] {
            let script = format!("ulimit -s {kibibytes}; exec \"$0\" --invoke f app.cwasm");
            let mut command = folder.command("sh");
            let ended = run(command.args(["-c", &script]).arg(runner(Runner::Default)));
            assert_eq!(ended.code, Some(134), "{backend}, {kibibytes} KiB: {ended:?}");
            assert!(ended.stderr.contains("call stack exhausted"), "{backend}, {kibibytes} KiB: {ended:?}");
        }
    }
}

/// The bare runner starts no thread that could have a larger stack.
#[cfg(unix)]
#[test]
fn a_small_stack_is_named() {
    let folder = Folder::new();
    folder.compile("app", "(module (func (export \"_start\")))", &[]);
    for (kibibytes, code) in [(2048, 0), (1024, 125)] {
        let script = format!("ulimit -s {kibibytes}; exec \"$0\" app.cwasm");
        let ended = run(folder.command("sh").args(["-c", &script]).arg(runner(Runner::Bare)));
        assert_eq!(ended.code, Some(code), "{kibibytes} KiB: {ended:?}");
        let words = "this process may have less than 2 MiB of stack: raise `ulimit -s`";
        assert_eq!(ended.stderr.contains(words), code != 0, "{ended:?}");
    }
}
