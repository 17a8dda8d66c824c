//! Guests that don't end, that recurse without end, and that take all memory.

use crate::{assert_trapped, attack};
use std::thread;
use std::time::{Duration, Instant};
use support::{BACKENDS, Folder};

/// Modules whose `_start` doesn't end, each in its own way.
const ENDLESS: [(&str, &str); 4] = [
    (
        "in the start function",
        r#"(module (func $loop (loop (br 0))) (start $loop) (func (export "_start")))"#,
    ),
    (
        "in calls of the host",
        r#"(module
            (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
            (memory (export "memory") 1)
            (func (export "_start") (loop (drop (call $yield)) (br 0))))"#,
    ),
    (
        "asleep for 584 years",
        r#"(module
            (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "\01") (data (i32.const 24) "\ff\ff\ff\ff\ff\ff\ff\ff")
            (func (export "_start")
                (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#,
    ),
    (
        "in instructions that take long",
        r#"(module (memory 1024) (func (export "_start")
            (loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x4000000)) (br 0))))"#,
    ),
];

#[test]
fn a_guest_that_does_not_end_is_ended() {
    thread::scope(|scope| {
        for (name, text) in ENDLESS {
            scope.spawn(move || {
                for backend in BACKENDS {
                    for settings in [&[][..], &["-W", "epoch-interruption"]] {
                        let folder = Folder::new();
                        folder.compile("app", text, &[&["--backend", backend], settings].concat());
                        let begin = Instant::now();
                        let ended = attack(&folder, &["--timeout", "200ms", "app.cwasm"]);
                        let took = begin.elapsed();
                        let case = format!("{name}, {backend} {settings:?}");
                        assert_eq!(ended.code, Some(124), "{case}: {ended:?}");
                        assert!(took < Duration::from_secs(5), "{case}: {took:?}");
                    }
                }
            });
        }
    });
}

/// Recursions through `$f`, which takes and returns an i64.
const RECURSIONS: [(&str, &str); 5] = [
    (
        "mutual",
        "(func $f (param i64) (result i64) (i64.add (i64.const 1) (call $g (local.get 0))))
         (func $g (param i64) (result i64) (i64.add (i64.const 2) (call $f (local.get 0))))",
    ),
    (
        "indirect",
        "(type $t (func (param i64) (result i64))) (table 2 funcref) (elem (i32.const 0) $f $g)
         (func $f (type $t) (i64.add (i64.const 1) (call_indirect (type $t) (local.get 0) (i32.const 1))))
         (func $g (type $t) (i64.add (i64.const 2) (call_indirect (type $t) (local.get 0) (i32.const 0))))",
    ),
    // The deepest call of the host has hardly any of the guest's stack left.
    (
        "with calls of the host",
        "(func $f (param i64) (result i64)
            (drop (call $random (i32.const 0) (i32.const 64))) (drop (call $yield))
            (i64.add (call $f (local.get 0)) (i64.extend_i32_u (call $yield))))",
    ),
    ("with many values", "many"),
    ("with large frames", "large"),
];

/// A `$f` that passes a thousand values on, and gets as many back.
fn many() -> String {
    let (types, gets) = ("i64 ".repeat(1000), |n| format!("(local.get {n})"));
    let gets: String = (0..1000).map(gets).collect();
    format!(
        "(func $many (param {types}) (result {types}) (call $many {gets}))
         (func $f (param i64) (result i64) {} (call $many) {})",
        "(local.get 0)".repeat(1000),
        "(drop)".repeat(999)
    )
}

/// A `$f` that keeps 20,000 values in its frame over the call, a third of the stack.
fn large() -> String {
    let locals = "i64 ".repeat(20_000);
    let set = |n| format!("(local.set {n} (i64.add (local.get 0) (i64.const {n})))");
    let add = |n| format!("(local.set 0 (i64.add (local.get 0) (local.get {n})))");
    let (set, add): (String, String) = ((1..20_000).map(set).collect(), (1..20_000).map(add).collect());
    format!(
        "(func $f (param i64) (result i64) (local {locals}) {set}
            (local.set 0 (call $f (local.get 0))) {add} (local.get 0))"
    )
}

#[test]
fn a_stack_that_is_used_up_is_a_trap() {
    for (name, functions) in RECURSIONS {
        let functions = match functions {
            "many" => many(),
            "large" => large(),
            _ => functions.into(),
        };
        for start in ["(start $run)", ""] {
            let text = format!(
                r#"(module
                    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
                    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
                    (memory (export "memory") 1) {functions}
                    (func $run (export "_start") (drop (call $f (i64.const 0)))) {start})"#
            );
            for backend in BACKENDS {
                let folder = Folder::new();
                folder.compile("app", &text, &["--backend", backend]);
                let ended = attack(&folder, &["app.cwasm"]);
                assert_trapped(&ended, "call stack exhausted", &format!("{name}, {backend} {start}"));
            }
        }
    }
}

/// A guest that grows two memories and two tables in turn, by a mebibyte each, and uses all of it, until nothing is
/// granted any more or each has 24 MiB. It prints the number of mebibytes, and waits for input.
#[cfg(target_os = "linux")]
const GREEDY: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (memory $other 0)
    (table $one 0 funcref) (table $two 0 funcref) (elem declare func $run)
    (data (i32.const 0) "\08\00\00\00\01\00\00\00")
    (func $run (export "_start") (local $rounds i32) (local $granted i32) (local $total i32) (local $at i32)
        (loop $again
            (local.set $granted (i32.const 0))
            (local.set $at (memory.grow (i32.const 16)))
            (if (i32.ne (local.get $at) (i32.const -1)) (then
                (memory.fill (i32.shl (local.get $at) (i32.const 16)) (i32.const 7) (i32.const 0x100000))
                (local.set $granted (i32.add (local.get $granted) (i32.const 1)))))
            (local.set $at (memory.grow $other (i32.const 16)))
            (if (i32.ne (local.get $at) (i32.const -1)) (then
                (memory.fill $other (i32.shl (local.get $at) (i32.const 16)) (i32.const 7) (i32.const 0x100000))
                (local.set $granted (i32.add (local.get $granted) (i32.const 1)))))
            (if (i32.ne (table.grow $one (ref.func $run) (i32.const 0x20000)) (i32.const -1)) (then
                (local.set $granted (i32.add (local.get $granted) (i32.const 1)))))
            (if (i32.ne (table.grow $two (ref.func $run) (i32.const 0x20000)) (i32.const -1)) (then
                (local.set $granted (i32.add (local.get $granted) (i32.const 1)))))
            (local.set $total (i32.add (local.get $total) (local.get $granted)))
            (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
            (br_if $again (i32.and (i32.ne (local.get $granted) (i32.const 0))
                (i32.lt_u (local.get $rounds) (i32.const 24)))))
        (i32.store8 (i32.const 8) (local.get $total))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// The process uses no memory that its guest is refused: 15 MiB of 16 are granted, as the first memory's page counts,
/// and the process never has much more. The same guest without a limit shows that the measurement works.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded_in_fact() {
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", GREEDY, &["--backend", backend]);
        let (granted, peak) = greed(&folder, &["--max-memory", "16M"]);
        assert_eq!(granted, 15, "{backend}");
        // A table that grows is copied to room for twice its size.
        assert!(peak < 32 << 10, "{backend}: {peak} KiB");
        let (granted, peak) = greed(&folder, &[]);
        assert_eq!(granted, 96, "{backend}");
        assert!(peak > 96 << 10, "{backend}: {peak} KiB");
    }
}

/// The byte that the guest prints, and the peak memory of its process, in KiB.
#[cfg(target_os = "linux")]
fn greed(folder: &Folder, options: &[&str]) -> (u8, u64) {
    use std::io::Read;
    use std::process::{Command, Stdio};
    use support::{Runner, runner};
    let mut command = Command::new(runner(Runner::Default));
    command.current_dir(folder.path()).args(options).arg("app.cwasm");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut granted = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut granted).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    (granted[0], peak)
}

/// A guest that waits for a descriptor as often as its argument says, prints the error, and waits for input.
#[cfg(target_os = "linux")]
const POLLS: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open" (func $open
        (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 240) (data (i32.const 0) "\08\00\00\00\01\00\00\00") (data (i32.const 16) "new")
    (func $subscription (param i32) (result i32)
        (i32.add (i32.const 1024) (i32.mul (local.get 0) (i32.const 48))))
    (func (export "_start") (local $at i32)
        (drop (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 3) (i32.const 1)
            (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 24)))
        (loop
            (i32.store8 offset=8 (call $subscription (local.get $at)) (i32.const 1))
            (i32.store offset=16 (call $subscription (local.get $at)) (i32.load (i32.const 24)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $at) (i32.const COUNT))))
        (i32.store8 (i32.const 8)
            (call $poll (i32.const 1024) (i32.const 1024) (i32.const COUNT) (i32.const 32)))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 40)))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 40)))))"#;

/// The memory that the host holds for a waiting guest is bounded like the guest's own memory: by refusing, or because
/// the host needs none. A guest that fills its own memory shows that the measurement works.
#[test]
#[cfg(target_os = "linux")]
fn waiting_counts_as_memory() {
    // WASI's number for ENOMEM.
    const REFUSED: u8 = 48;
    const MANY: &[&str] = &["--dir", ".", "--max-memory", "16M"];
    let fills = POLLS.replace("\"memory\") 240", "\"memory\") 1600").replace(
        "(export \"_start\") (local $at i32)",
        "(export \"_start\") (local $at i32) (memory.fill (i32.const 16777216) (i32.const 1) (i32.const 83886080))",
    );
    assert!(polls(&fills, 1000, &["--dir", "."]).1 > 80 << 10);
    for (module, text) in [("snapshot", POLLS.into()), ("unstable", old(POLLS))] {
        let (error, peak) = polls(&text, 1000, MANY);
        assert_eq!(error, 0, "{module}");
        assert!(peak < 24 << 10, "{module}: {peak} KiB");
        // As many as the guest's memory has room for.
        let (error, peak) = polls(&text, 270_000, MANY);
        assert!(matches!(error, 0 | REFUSED), "{module}: {error}");
        assert!(peak < 32 << 10, "{module}: {peak} KiB");
        // The same without a limit.
        assert_eq!(polls(&text, 100_000, &["--dir", "."]).0, 0, "{module}");
    }
}

/// The error of a guest that polls so often, and its peak in KiB.
#[cfg(target_os = "linux")]
fn polls(text: &str, count: u32, options: &[&str]) -> (u8, u64) {
    let folder = Folder::new();
    folder.compile("app", &text.replace("COUNT", &count.to_string()), &[]);
    greed(&folder, options)
}

/// The guest for WASI preview 0, whose subscriptions are larger.
#[cfg(target_os = "linux")]
fn old(text: &str) -> String {
    text.replace("wasi_snapshot_preview1", "wasi_unstable").replace("(i32.const 48)", "(i32.const 56)")
}

/// A guest that opens files and never closes them is told that there are no more descriptors, and keeps those that it
/// has.
#[test]
#[cfg(unix)]
fn descriptors_are_used_up() {
    use crate::{DEADLINE, survive};
    use std::process::Command;
    use support::{Runner, runner};
    let text = r#"(module
        (import "wasi_snapshot_preview1" "path_open" (func $open
            (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (data (i32.const 0) "new") (data (i32.const 16) "\00\00\00\00\03\00\00\00")
        (func (export "_start") (local $error i32)
            (loop (br_if 0 (i32.eqz (local.tee $error (call $open
                (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 1)
                (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 8))))))
            (drop (call $write (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))
            (call $exit (local.get $error))))"#;
    // WASI's number for EMFILE, and that for EIO, which wasmtime-wasi says instead.
    const NO_MORE: [i32; 2] = [33, 29];
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", text, &["--backend", backend]);
        let mut command = Command::new("sh");
        command.current_dir(folder.path()).args(["-c", "ulimit -n 64; exec \"$0\" --dir . app.cwasm"]);
        let ended = survive(command.arg(runner(Runner::Default)), DEADLINE).unwrap();
        assert!(ended.code.is_some_and(|code| NO_MORE.contains(&code)), "{backend}: {ended:?}");
        assert_eq!(ended.stderr, "", "{backend}");
        assert_eq!(std::fs::read_to_string(folder.join("new")).unwrap(), "new", "{backend}");
    }
}
