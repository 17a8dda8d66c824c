//! Tests of WASI preview 1 commands, run by `precompile-run`.

#![allow(clippy::disallowed_methods, reason = "the test is about the environment")]

mod buffers;
#[cfg(unix)]
mod listings;
mod preview0;
#[cfg(unix)]
mod stdin;

use std::fs;
use support::{BACKENDS, Folder, Runner};

/// A command that writes its arguments and its environment, as WASI passes them.
const ECHO: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func $print (param $at i32) (param $bytes i32)
        (i32.store (i32.const 16) (local.get $at))
        (i32.store (i32.const 20) (local.get $bytes))
        (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))
    (func (export "_start")
        (drop (call $args_sizes (i32.const 0) (i32.const 4)))
        (drop (call $args (i32.const 1024) (i32.const 8192)))
        (call $print (i32.const 8192) (i32.load (i32.const 4)))
        (drop (call $env_sizes (i32.const 8) (i32.const 12)))
        (drop (call $env (i32.const 1024) (i32.const 16384)))
        (call $print (i32.const 16384) (i32.load (i32.const 12)))
        (call $exit (i32.load (i32.const 0)))))"#;

#[test]
fn arguments_environment_and_exit_code() {
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("echo", ECHO, &["--backend", backend]);
        let ended =
            folder.run(Runner::Default, ["--env", "A=1=2", "--env=B=", "echo.cwasm", "-x", "--", "é"]);
        // The exit code is the number of arguments, with the program's own name.
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert_eq!(ended.stdout, "echo.cwasm\0-x\0--\0é\0A=1=2\0B=\0");
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn the_environment_is_not_inherited_unless_named() {
    let folder = Folder::new();
    folder.compile("echo", ECHO, &[]);
    let ended = folder.run(Runner::Default, ["--env", "PATH", "echo.cwasm"]);
    let path = std::env::var("PATH").unwrap();
    assert_eq!(ended.stdout, format!("echo.cwasm\0PATH={path}\0"));
    let ended = folder.run(Runner::Default, ["--env", "NO_SUCH_VARIABLE", "echo.cwasm"]);
    assert_eq!(ended.code, Some(125));
    assert!(ended.stderr.contains("NO_SUCH_VARIABLE"), "{ended:?}");
}

/// A C program that clang compiled for WASI prints the same as when a C compiler compiled it for this machine:
/// `primes.out` was made with gcc.
#[test]
fn a_c_program_prints_the_same_as_natively() {
    let guests = support::root().join("tests/guests");
    let expected = fs::read_to_string(guests.join("primes.out")).unwrap();
    for backend in BACKENDS {
        let folder = Folder::new();
        fs::copy(guests.join("primes.wasm"), folder.join("primes.wasm")).unwrap();
        let ended = folder.precompile(["--backend", backend, "primes.wasm"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        fs::create_dir(folder.join("data")).unwrap();
        let ended =
            folder.run(Runner::Default, ["--dir", "data::/out", "primes.cwasm", "200000", "/out/list.txt"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), expected.as_str()), "{ended:?}");
        // The guest has the folder under another name.
        let list = fs::read_to_string(folder.join("data/list.txt")).unwrap();
        assert_eq!(list.lines().count(), 17984, "the number of primes below 200,000");
        let ended = folder.run(Runner::Default, ["primes.cwasm", "10", "/out/list.txt"]);
        assert_eq!(ended.code, Some(3), "without a folder there is nothing to open: {ended:?}");
    }
}

/// The guest learns its own name, and not its folder.
#[test]
fn the_name_of_the_guest() {
    let folder = Folder::new();
    fs::create_dir(folder.join("private")).unwrap();
    folder.compile("private/echo", ECHO, &[]);
    let path = folder.join("private/echo.cwasm");
    let ended = folder.run(Runner::Default, [path.to_str().unwrap()]);
    assert_eq!(ended.stdout, "echo.cwasm\0", "{ended:?}");
}
