//! Guests that call the host with arguments that no guest should pass, and that trap around such calls.

use crate::{assert_trapped, attack};
use std::fmt::Write;
use std::thread;
use support::{BACKENDS, Folder};

/// All functions of WASI preview 1 but `proc_exit`, with their parameters: `i` for i32, `I` for i64.
const FUNCTIONS: [(&str, &str); 45] = [
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "iIi"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("fd_advise", "iIIi"),
    ("fd_allocate", "iII"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "iII"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "iI"),
    ("fd_filestat_set_times", "iIIi"),
    ("fd_pread", "iiiIi"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_prestat_get", "ii"),
    ("fd_pwrite", "iiiIi"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiiIi"),
    ("fd_renumber", "ii"),
    ("fd_seek", "iIii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiiIIi"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiiIIii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("proc_raise", "i"),
    ("random_get", "ii"),
    ("sched_yield", ""),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// A guest with a file open as descriptor 4. Its memory holds the file's name at 0, and from 16 on pairs of a pointer
/// and a length: beyond the end, wrapping around, overlapping themselves, and of maximum length. It exports each
/// function under its name, which returns 1000 more than the call's error, once another call has shown that the host
/// still works.
fn caller() -> String {
    let (mut imports, mut exports) = (String::new(), String::new());
    for (name, parameters) in FUNCTIONS {
        let types: String = parameters.chars().map(|it| if it == 'i' { "i32 " } else { "i64 " }).collect();
        let gets: String = (0..parameters.len()).map(|n| format!("(local.get {n})")).collect();
        let from = r#""wasi_snapshot_preview1""#;
        write!(imports, r#"(import {from} "{name}" (func ${name} (param {types}) (result i32)))"#).unwrap();
        write!(
            exports,
            r#"(func (export "{name}") (param {types}) (result i32)
                (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
                    (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 128))
                (if (then (unreachable)))
                (call ${name} {gets})
                (if (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 128)) (then (unreachable)))
                (i32.add (i32.const 1000)))"#
        )
        .unwrap();
    }
    format!(
        r#"(module {imports} (memory (export "memory") 1)
            (data (i32.const 0) "file")
            (data (i32.const 16) "\fa\ff\00\00\64\00\00\00" "\f0\ff\ff\ff\20\00\00\00"
                "\10\00\00\00\40\00\00\00" "\00\00\00\00\ff\ff\ff\ff") {exports})"#
    )
}

const I32: [i32; 17] = [0, 1, 2, 3, 4, 5, 16, 24, 32, 40, 65528, 65535, 65536, i32::MAX, i32::MIN, -8, -1];
const I64: [i64; 5] = [0, 1, i64::MAX, i64::MIN, -1];

/// A small generator of pseudorandom numbers (xorshift64*), the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn one_of<T: ToString>(&mut self, values: &[T]) -> String {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize;
        values[number % values.len()].to_string()
    }
}

/// Every function of WASI, called with arguments from a list of the worst, gives an error or a trap of the guest's, and
/// nothing else.
#[test]
fn bad_arguments_are_errors_or_traps() {
    thread::scope(|scope| {
        for backend in BACKENDS {
            scope.spawn(move || {
                let folder = Folder::new();
                folder.compile("app", &caller(), &["--backend", backend]);
                let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
                let (mut errors, mut traps) = (0, 0);
                for (function, parameters) in FUNCTIONS {
                    for _ in 0..12 {
                        folder.write("file", "content");
                        let values = parameters.chars().map(|it| match it {
                            'i' => numbers.one_of(&I32),
                            _ => numbers.one_of(&I64),
                        });
                        let values: Vec<_> = values.collect();
                        let head = ["--timeout", "1s", "--dir", ".", "--invoke", function, "app.cwasm"];
                        let arguments: Vec<_> =
                            head.into_iter().chain(values.iter().map(String::as_str)).collect();
                        let ended = attack(&folder, &arguments);
                        match ended.code {
                            Some(0) => {
                                let error: i32 = ended.stdout.trim().parse().unwrap();
                                assert!((1000..1077).contains(&error), "{arguments:?}: {ended:?}");
                                errors += 1;
                            }
                            // A long wait is allowed.
                            Some(124) => assert_eq!(function, "poll_oneoff", "{ended:?}"),
                            _ => {
                                assert_trapped(&ended, "wasm backtrace", &format!("{arguments:?}"));
                                traps += 1;
                            }
                        }
                    }
                }
                assert!(errors > 100 && traps > 50, "{backend}: {errors} errors, {traps} traps");
            });
        }
    });
}

/// The output of a guest whose call gave ENOMEM: more bytes than a call may copy are an error of wasmtime-wasi's.
const TOO_MUCH: &str = "48\n";

/// Calls of a guest, with the words of its trap or its output.
const POINTERS: [(&str, &str, Result<&str, &str>); 9] = [
    (
        "a list beyond the end",
        "(call $write (i32.const 65532) (i32.const 1) (i32.const 0))",
        Err("out of bounds"),
    ),
    ("a list that wraps around", "(call $write (i32.const -8) (i32.const 2) (i32.const 0))", Err("ointer ")),
    // More than a call may copy is an error of wasmtime-wasi's, before anything is read.
    (
        "a list that is too long",
        "(call $write (i32.const 16) (i32.const -1) (i32.const 0))",
        Err("out of bounds"),
    ),
    (
        "a list at an odd address",
        "(call $write (i32.const 17) (i32.const 1) (i32.const 0))",
        Err("not aligned"),
    ),
    (
        "bytes beyond the end",
        "(call $write (i32.const 16) (i32.const 1) (i32.const 0))",
        Err("out of bounds"),
    ),
    ("bytes that wrap around", "(call $write (i32.const 24) (i32.const 1) (i32.const 0))", Err("ointer ")),
    ("4 GiB of bytes", "(call $write (i32.const 32) (i32.const 1) (i32.const 0))", Err("out of bounds")),
    (
        "a result beyond the end",
        "(call $write (i32.const 40) (i32.const 1) (i32.const 65536))",
        Err("out of bounds"),
    ),
    // The list and the number of bytes lie in the memory that is read into; the number is written last.
    (
        "all in one place",
        "(drop (call $read (i32.const 48) (i32.const 1) (i32.const 48))) (i32.load (i32.const 48))",
        Ok("16\n"),
    ),
];

#[test]
fn bad_pointers_are_traps() {
    for (name, call, expected) in POINTERS {
        let text = format!(
            r#"(module
                (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
                (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
                (import "wasi_snapshot_preview1" "path_open" (func $path_open
                    (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
                (memory (export "memory") 1) (data (i32.const 0) "file")
                (data (i32.const 16) "\fa\ff\00\00\64\00\00\00" "\f0\ff\ff\ff\20\00\00\00"
                    "\00\00\00\00\ff\ff\ff\ff" "\00\00\00\00\04\00\00\00" "\30\00\00\00\40\00\00\00")
                (func $write (param i32 i32 i32) (result i32)
                    (call $fd_write (i32.const 1) (local.get 0) (local.get 1) (local.get 2)))
                (func $read (param i32 i32 i32) (result i32)
                    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
                        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 128)))
                    (call $fd_read (i32.load (i32.const 128)) (local.get 0) (local.get 1) (local.get 2)))
                (func (export "f") (result i32) {call}))"#
        );
        for backend in BACKENDS {
            let folder = Folder::new();
            folder.write("file", "sixteen letters!");
            folder.compile("app", &text, &["--backend", backend]);
            let ended = attack(&folder, &["--dir", ".", "--invoke", "f", "app.cwasm"]);
            match expected {
                Err(_) if (ended.code, ended.stdout.as_str()) == (Some(0), TOO_MUCH) => {}
                Err(words) => assert_trapped(&ended, words, &format!("{name}, {backend}")),
                Ok(printed) => {
                    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), printed), "{name}: {ended:?}");
                }
            }
        }
    }
}

/// A guest without a memory that the host could use.
#[test]
fn a_memory_that_is_missing_is_a_trap() {
    for memory in ["", "(memory 1)", r#"(global (export "memory") i32 (i32.const 0))"#] {
        let text = format!(
            r#"(module (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
                {memory} (func (export "_start") (drop (call $random (i32.const 0) (i32.const 8)))))"#
        );
        for backend in BACKENDS {
            let folder = Folder::new();
            folder.compile("app", &text, &["--backend", backend]);
            assert_trapped(&attack(&folder, &["app.cwasm"]), "memory", &format!("{memory}, {backend}"));
        }
    }
}

/// Every exit code is the guest's own, also one that WASI's functions don't use.
#[test]
fn every_exit_code_is_the_guests() {
    let text = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func (export "exit") (param i32) (call $exit (local.get 0))))"#;
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", text, &["--backend", backend]);
        // Systems keep the lowest eight bits.
        for (code, kept) in [("0", 0), ("99", 99), ("126", 126), ("134", 134), ("256", 0), ("-1", 255)] {
            let ended = attack(&folder, &["--invoke", "exit", "app.cwasm", code]);
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(kept), ""), "{code}, {backend}");
        }
    }
}

/// Instructions that trap, with the words of the trap.
const TRAPS: [(&str, &str); 11] = [
    ("unreachable", "unreachable"),
    ("(drop (i32.div_s (local.get 0) (local.get 0)))", "divide by zero"),
    ("(drop (i64.rem_u (i64.const 1) (i64.extend_i32_u (local.get 0))))", "divide by zero"),
    ("(drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get 0) (i32.const 1))))", "integer overflow"),
    ("(drop (i32.trunc_f64_s (f64.const nan)))", "conversion to integer"),
    ("(drop (i32.load offset=0xffffffff (local.get 0)))", "out of bounds memory access"),
    ("(i64.store (i32.const 0xfffe) (i64.const 0))", "out of bounds memory access"),
    ("(memory.fill (i32.const 0xffff) (local.get 0) (i32.const 2))", "out of bounds memory access"),
    ("(drop (table.get (i32.const 9)))", "out of bounds table access"),
    ("(call_indirect (type $t) (local.get 0))", "uninitialized element"),
    ("(call_indirect (type $t) (i32.const 1))", "indirect call type mismatch"),
];

/// Traps of every kind, after calls of the host and below the caller of one, while the program runs and before it runs.
#[test]
fn traps_behind_calls_of_the_host() {
    for (instruction, words) in TRAPS {
        for start in ["(start $run)", ""] {
            let text = format!(
                r#"(module
                    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
                    (type $t (func)) (memory (export "memory") 1) (table 2 funcref) (elem (i32.const 1) $trap)
                    (func $trap (param i32) (drop (call $random (i32.const 0) (i32.const 8))) {instruction})
                    (func $run (export "_start")
                        (drop (call $random (i32.const 8) (i32.const 8)))
                        (call $trap (i32.const 0)) (drop (call $random (i32.const 8) (i32.const 8))))
                    {start})"#
            );
            for backend in BACKENDS {
                let folder = Folder::new();
                folder.compile("app", &text, &["--backend", backend]);
                let case = format!("{instruction}, {backend} {start}");
                assert_trapped(&attack(&folder, &["app.cwasm"]), words, &case);
            }
        }
    }
}
