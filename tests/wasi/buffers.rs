//! Buffers that are larger than the host would hold of a guest's at once.

use std::fs::File;
use support::{Folder, Runner};

/// A guest that reads a file into a buffer of a given size, in one call, and returns the number of bytes read.
const READ: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open" (func $open
        (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2500) (data (i32.const 0) "data")
    (func (export "read") (param $bytes i32) (result i32) (local $error i32)
        (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
            (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))
        (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (local.get $bytes))
        (local.set $error (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))
        (select (i32.sub (i32.const 0) (local.get $error)) (i32.load (i32.const 24)) (local.get $error))))"#;

/// A guest with enough memory reads 150 MB at once, also where its memory is limited.
#[test]
fn a_buffer_may_be_as_large_as_the_memory() {
    let folder = Folder::new();
    folder.compile("read", READ, &[]);
    File::create(folder.join("data")).unwrap().set_len(150_000_000).unwrap();
    for limit in [&[][..], &["--max-memory", "160M"]] {
        let read = ["--dir", ".", "--invoke", "read", "read.cwasm", "150000000"];
        let ended = folder.run(Runner::Default, limit.iter().chain(&read));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "150000000\n"), "{limit:?}: {ended:?}");
    }
}
