//! Standard input: input that the guest doesn't read is left to others.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use support::{Folder, Runner, runner};

/// A guest that reads a byte, and ends with its place in the alphabet; or that waits for input, for a tenth of a
/// second or a minute, and ends with the result.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func $byte (result i32)
        (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 1))
        (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 20)) (then (call $exit (i32.const 99))))
        (i32.sub (i32.load8_u (i32.const 64)) (i32.const 97)))
    ;; Subscribes to the clock, as 1, and to standard input, as 2.
    (func $wait (param $nanoseconds i64) (result i32)
        (i64.store (i32.const 128) (i64.const 1)) (i32.store8 (i32.const 136) (i32.const 0))
        (i32.store (i32.const 144) (i32.const 1)) (i64.store (i32.const 152) (local.get $nanoseconds))
        (i64.store (i32.const 176) (i64.const 2)) (i32.store8 (i32.const 184) (i32.const 1))
        (i32.store (i32.const 192) (i32.const 0))
        (if (call $poll (i32.const 128) (i32.const 256) (i32.const 2) (i32.const 384))
            (then (call $exit (i32.const 98))))
        (i32.load (i32.const 256)))
    (func (export "_start") (call $exit (call $byte)))
    (func (export "nothing") (call $exit (i32.const 7)))
    (func (export "briefly") (call $exit (call $wait (i64.const 100000000))))
    (func (export "often") (local $times i32)
        (loop (drop (call $wait (i64.const 1000000)))
            (local.set $times (i32.add (local.get $times) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $times) (i32.const 200))))
        (call $exit (call $byte)))
    (func (export "long") (call $exit (i32.add (i32.mul (call $wait (i64.const 60000000000)) (i32.const 10)) (call $byte)))))"#;

/// The exit code of a guest with this input, and the rest of the input that it leaves.
fn left(
    folder: &Folder,
    arguments: &[&str],
    mut input: impl Read,
    stdin: impl Into<Stdio>,
) -> (Option<i32>, String) {
    let mut command = Command::new(runner(Runner::Default));
    let code = command.current_dir(folder.path()).args(arguments).stdin(stdin).status().unwrap().code();
    let mut rest = String::new();
    input.read_to_string(&mut rest).unwrap();
    (code, rest)
}

#[test]
fn unread_input_is_left() {
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    fs::write(folder.join("input"), "cdefgh\n").unwrap();
    for (arguments, code, rest) in [
        (&["app.cwasm"][..], 2, "defgh\n"),
        (&["--invoke", "nothing", "app.cwasm"], 7, "cdefgh\n"),
        (&["--invoke", "long", "app.cwasm"], 22, "defgh\n"),
    ] {
        let file = File::open(folder.join("input")).unwrap();
        let found = left(&folder, arguments, &file, file.try_clone().unwrap());
        assert_eq!(found, (Some(code), rest.into()), "file, {arguments:?}");
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"cdefgh\n").unwrap();
        drop(writer);
        let found = left(&folder, arguments, &reader, reader.try_clone().unwrap());
        assert_eq!(found, (Some(code), rest.into()), "pipe, {arguments:?}");
    }
}

/// Waiting for input takes none of it, ends where there is none, and doesn't use up threads.
#[test]
fn a_guest_waits_for_input() {
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    let start = |function| {
        let mut command = Command::new(runner(Runner::Default));
        command.current_dir(folder.path()).args(["--invoke", function, "app.cwasm"]);
        command.stdin(Stdio::piped()).spawn().unwrap()
    };
    let mut none = start("briefly");
    // Waiting for a process would close its input.
    let open = none.stdin.take();
    assert_eq!(none.wait().unwrap().code(), Some(1), "the clock");
    drop(open);
    for (function, code) in [("long", 22), ("often", 2)] {
        let mut late = start(function);
        thread::sleep(Duration::from_millis(400));
        late.stdin.take().unwrap().write_all(b"c").unwrap();
        assert_eq!(late.wait().unwrap().code(), Some(code), "{function}");
    }
}
