//! Guests that attack: `precompile-run` refuses, or ends them, and stands.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};
use support::{BACKENDS, Ended, Folder, Runner, runner};

const FILES: &str = include_str!("guests/files.wat");
/// What nobody may read or change.
const SECRET: &str = "SECRET\n";

/// Two folders that a guest may use, `in` and `other`, and one that it may not, `outside`.
fn folders() -> Folder {
    let folder = Folder::new();
    for name in ["in", "in/sub", "other", "outside"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    folder.write("in/own", "own\n");
    folder.write("outside/secret", SECRET);
    folder.compile("files", FILES, &[]);
    folder
}

/// Runs the guest with these folders.
fn guest(folder: &Folder, preopened: &[&str], arguments: &[&str]) -> Ended {
    let mut all: Vec<_> = preopened.iter().flat_map(|name| ["--dir", name]).collect();
    all.push("files.cwasm");
    all.extend(arguments);
    folder.run(Runner::Default, all)
}

fn untouched(folder: &Folder) {
    assert_eq!(fs::read_to_string(folder.join("outside/secret")).unwrap(), SECRET);
    assert_eq!(fs::read_dir(folder.join("outside")).unwrap().count(), 1);
    assert_eq!(fs::symlink_metadata(folder.join("outside/secret")).unwrap().len(), SECRET.len() as u64);
}

/// An error of WASI's, and no word of the secret.
fn refused(ended: &Ended, what: &str) {
    assert!(matches!(ended.code, Some(1..=76)), "{what}: {ended:?}");
    assert!(!ended.stdout.contains("SECRET") && !ended.stderr.contains("SECRET"), "{what}: {ended:?}");
}

#[test]
fn no_path_leads_outside() {
    let folder = folders();
    let absolute = folder.join("outside/secret").into_os_string().into_string().unwrap();
    symlink("../outside", folder.join("in/folder")).unwrap();
    symlink("../outside/secret", folder.join("in/file")).unwrap();
    symlink("file", folder.join("in/chain")).unwrap();
    symlink("../chain", folder.join("in/sub/longer")).unwrap();
    symlink(&absolute, folder.join("in/absolute")).unwrap();
    symlink("/proc/self/root", folder.join("in/root")).unwrap();
    symlink("/proc/self/cwd", folder.join("in/cwd")).unwrap();
    let through_root = format!("root{absolute}");
    let by_process = format!("/proc/self/root{absolute}");
    let paths = [
        "../outside/secret",
        "sub/../../outside/secret",
        "./sub/.././../outside/secret",
        "..//outside//secret",
        &absolute,
        &by_process,
        "/etc/passwd",
        "folder/secret",
        "folder/../outside/secret",
        "file",
        "chain",
        "sub/longer",
        "absolute",
        &through_root,
        "cwd/outside/secret",
    ];
    for path in paths {
        for what in ["r", "w"] {
            refused(&guest(&folder, &["in", "other"], &[what, path]), &format!("{what} {path}"));
        }
        // What is a link itself may be moved: that is the guest's own.
        if !["file", "chain", "absolute", "sub/longer"].contains(&path) {
            refused(&guest(&folder, &["in", "other"], &["m", path, "moved"]), &format!("m {path}"));
        }
        untouched(&folder);
    }
    for path in ["../outside/new", "folder/new", "sub/../../outside/new", "root/tmp/new"] {
        refused(&guest(&folder, &["in", "other"], &["w", path]), path);
        untouched(&folder);
    }
    // A link of the guest's own making leads nowhere either.
    refused(&guest(&folder, &["in"], &["s", &absolute, "mine"]), "an absolute link");
    let made = guest(&folder, &["in"], &["s", "../outside/secret", "mine"]);
    refused(&guest(&folder, &["in"], &["r", "mine"]), &format!("its own link, made with {:?}", made.code));
    untouched(&folder);
    // What it may do, it can: or the above would show nothing.
    let own = guest(&folder, &["in", "other"], &["r", "own"]);
    assert_eq!((own.code, own.stdout.as_str()), (Some(0), "own\n"), "{own:?}");
    let own = guest(&folder, &["in", "other"], &["r", "sub/../own"]);
    assert_eq!((own.code, own.stdout.as_str()), (Some(0), "own\n"), "{own:?}");
    assert_eq!(guest(&folder, &["in", "other"], &["w", "new"]).code, Some(0));
    assert_eq!(fs::read_to_string(folder.join("in/new")).unwrap(), "changed");
    let secret = guest(&folder, &["outside"], &["r", "secret"]);
    assert_eq!((secret.code, secret.stdout.as_str()), (Some(0), SECRET), "{secret:?}");
}

#[test]
fn nothing_moves_outside() {
    let folder = folders();
    symlink("../outside", folder.join("in/folder")).unwrap();
    symlink("../outside", folder.join("other/folder")).unwrap();
    for what in ["m", "l"] {
        for (from, to) in [
            ("own", "../outside/own"),
            ("own", "folder/own"),
            ("own", "sub/../../outside/own"),
            ("../outside/secret", "taken"),
            ("folder/secret", "taken"),
            ("own", "/tmp/own"),
        ] {
            refused(&guest(&folder, &["in", "other"], &[what, from, to]), &format!("{what} {from} {to}"));
            untouched(&folder);
            assert!(
                folder.join("in/own").exists() && !folder.join("other/taken").exists(),
                "{what} {from} {to}"
            );
        }
    }
    refused(&guest(&folder, &["in"], &["d", "../outside/secret"]), "d ..");
    refused(&guest(&folder, &["in"], &["d", "folder/secret"]), "d folder");
    untouched(&folder);
    // From one of its folders to the other it can.
    assert_eq!(guest(&folder, &["in", "other"], &["m", "own", "taken"]).code, Some(0));
    assert_eq!(fs::read_to_string(folder.join("other/taken")).unwrap(), "own\n");
}

/// While the guest opens a path, a folder on it becomes a link that leads outside, and a folder again.
#[test]
fn a_swapped_link_leads_nowhere() {
    let folder = folders();
    fs::create_dir(folder.join("in/place")).unwrap();
    folder.write("in/place/secret", "public\n");
    symlink("../outside", folder.join("in/link")).unwrap();
    let (read, swaps) = swapping(&folder, "in", &["in"], "place/secret");
    assert_eq!(read.code, Some(0), "{read:?}");
    let found = u32::from_str_radix(read.stdout.trim(), 16).unwrap();
    // Both were met with, often.
    assert!(found > 100 && found < 50_000 && swaps > 100, "{found} of 50000 were read in {swaps} swaps");
    untouched(&folder);
    // Where the link may be followed, the same guest finds the secret: so this can fail.
    let (read, _) = swapping(&folder, "in", &["."], "in/place/secret");
    assert_eq!(read.code, Some(99), "{read:?}");
}

/// Runs the guest while the folder and the link change places.
fn swapping(folder: &Folder, at: &str, preopened: &[&str], path: &str) -> (Ended, u32) {
    let base = folder.join(at);
    let (done, from) = (AtomicBool::new(false), |name: &str| base.join(name));
    thread::scope(|scope| {
        let swapper = scope.spawn(|| {
            let mut swaps = 0;
            while !done.load(Relaxed) {
                let names =
                    if swaps % 2 == 0 { ["place", "folder", "link"] } else { ["place", "link", "folder"] };
                fs::rename(from(names[0]), from(names[1])).unwrap();
                fs::rename(from(names[2]), from(names[0])).unwrap();
                swaps += 1;
            }
            if swaps % 2 == 1 {
                fs::rename(from("place"), from("link")).unwrap();
                fs::rename(from("folder"), from("place")).unwrap();
            }
            swaps
        });
        let ended = guest(folder, preopened, &["R", path]);
        done.store(true, Relaxed);
        (ended, swapper.join().unwrap())
    })
}

/// Recursion without end, in every way, is a trap in both backends' code.
#[test]
fn the_stack_is_guarded() {
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64)".repeat(200);
    let uses: String = (0..1600).map(|index| format!("(local.set {index} (i64.const {index}))")).collect();
    let text = format!(
        r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (type $f (func)) (table funcref (elem $a $b))
        (func $a (export "indirect") (call_indirect (type $f) (i32.const 1)))
        (func $b (call_indirect (type $f) (i32.const 0)))
        (func $c (export "plain") (call $c))
        (func $large (export "large") {locals} {uses} (call $large))
        (func $d (export "args") (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
            (call $d (local.get 1) (local.get 0) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6)
                (i64.const 7) (i64.const 8) (i64.const 9) (i64.const 10)))
        (func (export "many") (call $d (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
            (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (i64.const 10)))
        (func $host (export "host") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))
            (call $host)))"#
    );
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("stack", &text, &["--backend", backend]);
        for function in ["plain", "indirect", "large", "many", "host"] {
            let ended = folder.run(Runner::Default, ["--invoke", function, "stack.cwasm"]);
            assert_eq!(ended.code, Some(134), "{backend} {function}: {ended:?}");
            assert!(ended.stderr.contains("call stack exhausted"), "{backend} {function}: {ended:?}");
        }
    }
}

/// Pointers that lead outside of the memory, lengths without measure, overlapping buffers.
#[test]
fn the_host_believes_no_pointer() {
    let wasi = r#"import "wasi_snapshot_preview1""#;
    let addresses = ["0", "65535", "65536", "0x7fffffff", "0x80000000", "0xfffffff0", "0xffffffff"];
    let mut calls = Vec::new();
    for a in addresses {
        for b in addresses {
            let buffer = format!(
                "(i32.store (i32.const 16) (i32.const {a})) (i32.store (i32.const 20) (i32.const {b}))"
            );
            calls.extend([
                format!("(call $random (i32.const {a}) (i32.const {b}))"),
                format!("(call $args (i32.const {a}) (i32.const {b}))"),
                format!("(call $environ (i32.const {a}) (i32.const {b}))"),
                format!("(call $write (i32.const 1) (i32.const {a}) (i32.const {b}) (i32.const {a}))"),
                format!("(call $read (i32.const 0) (i32.const {a}) (i32.const {b}) (i32.const {b}))"),
                format!(
                    "(call $open (i32.const 3) (i32.const {a}) (i32.const {a}) (i32.const {b}) (i32.const {b})
                        (i64.const -1) (i64.const -1) (i32.const {a}) (i32.const {b}))"
                ),
                format!("(call $poll (i32.const {a}) (i32.const {b}) (i32.const 1) (i32.const {a}))"),
                format!("(call $readdir (i32.const 3) (i32.const {a}) (i32.const {b}) (i64.const -1) (i32.const {b}))"),
                format!("{buffer} (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 16))"),
                format!("{buffer} (call $write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 20))"),
            ]);
        }
    }
    // Each call stands alone: one that traps ends the guest.
    let function = |(index, call): (usize, &String)| {
        let (before, call) = call.split_at(call.rfind("(call").unwrap_or(0));
        format!(r#"(func (export "f{index}") {before} (drop {call}))"#)
    };
    let functions: String = calls.iter().enumerate().map(function).collect();
    for backend in BACKENDS {
        let folder = Folder::new();
        fs::create_dir(folder.join("in")).unwrap();
        let text = format!(
            r#"(module
            ({wasi} "random_get" (func $random (param i32 i32) (result i32)))
            ({wasi} "args_get" (func $args (param i32 i32) (result i32)))
            ({wasi} "environ_get" (func $environ (param i32 i32) (result i32)))
            ({wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            ({wasi} "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
            ({wasi} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            ({wasi} "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
            ({wasi} "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "\00\00\ff\ff\ff\ff\ff\ff") {functions})"#
        );
        folder.compile("host", &text, &["--backend", backend]);
        for index in (0..calls.len()).step_by(3) {
            let mut command = Command::new(runner(Runner::Default));
            command.current_dir(folder.path()).stdin(Stdio::null());
            let arguments =
                ["--dir", "in", "--timeout", "5s", "--invoke", &format!("f{index}"), "host.cwasm"];
            let ended = support::run(command.args(arguments));
            // It returned, or trapped; nothing else.
            assert!(matches!(ended.code, Some(0 | 134 | 124)), "{backend} f{index}: {ended:?}");
            assert!(!ended.stderr.contains("panicked"), "{backend} f{index}: {ended:?}");
        }
    }
}

/// Whoever reads goes away, or never was.
#[test]
fn nobody_listens() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\08\00\00\00\00\80\00\00")
        (func (export "_start") (local $error i32) (local $left i32)
            (local.set $left (i32.const 1000))
            (loop
                (local.set $error (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if 0 (i32.and (i32.eqz (local.get $error)) (i32.ne (local.get $left) (i32.const 0)))))
            (call $exit (local.get $error))))"#;
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("talks", text, &["--backend", backend]);
        let run = runner(Runner::Default).display();
        // The standard library opens what is closed: it then leads nowhere, and nothing is wrong.
        let commands = [
            ("talks.cwasm | head -c 1 >/dev/null", 1..=141),
            ("talks.cwasm >/dev/full", 1..=76),
            ("talks.cwasm >&-", 0..=0),
        ];
        for (command, codes) in commands {
            let start = Instant::now();
            let line = format!("set -o pipefail; timeout 20 {run} {command}");
            let ended = support::run(Command::new("bash").current_dir(folder.path()).args(["-c", &line]));
            assert!(start.elapsed() < Duration::from_secs(15), "{command}: {ended:?}");
            // The guest is told, and ends with the error; or the pipe's signal ends the runner.
            assert!(
                ended.code.is_some_and(|code| codes.contains(&code) && code != 124),
                "{backend} {command}: {ended:?}"
            );
            assert!(!ended.stderr.contains("panicked"), "{ended:?}");
        }
    }
}
