//! WASI preview 0, which some modules import as `wasi_unstable`.

use std::fs;
use support::{BACKENDS, Folder, Runner};

/// A guest that makes the calls that differ from preview 1, and ends with the number of the step that failed.
const GUEST: &str = r#"(module
    (import "wasi_unstable" "path_open" (func $open
        (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_unstable" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_unstable" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
    (import "wasi_unstable" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
    (import "wasi_unstable" "path_filestat_get" (func $stat-path (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_unstable" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 0) "filehello")
    (func $check (param $step i32) (param $right i32)
        (if (i32.eqz (local.get $right)) (then (call $exit (local.get $step)))))
    (func $seeks (param $step i32) (param $offset i64) (param $whence i32) (param $position i64)
        (call $check (local.get $step) (i32.eqz
            (call $seek (i32.load (i32.const 16)) (local.get $offset) (local.get $whence) (i32.const 24))))
        (call $check (local.get $step) (i64.eq (i64.load (i32.const 24)) (local.get $position))))
    ;; A regular file with one name and five bytes.
    (func $is-file (param $step i32) (param $at i32)
        (call $check (local.get $step) (i32.eq (i32.load8_u offset=16 (local.get $at)) (i32.const 4)))
        (call $check (local.get $step) (i32.eq (i32.load offset=20 (local.get $at)) (i32.const 1)))
        (call $check (local.get $step) (i64.eq (i64.load offset=24 (local.get $at)) (i64.const 5)))
        (call $check (local.get $step) (i64.gt_u (i64.load offset=40 (local.get $at)) (i64.const 1000000000000000000))))
    (func $subscribe (param $at i32) (param $data i64) (param $kind i32)
        (i64.store (local.get $at) (local.get $data)) (i32.store8 offset=8 (local.get $at) (local.get $kind)))
    (func (export "_start")
        (call $check (i32.const 1) (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4)
            (i32.const 1) (i64.const 0x200066) (i64.const 0) (i32.const 0) (i32.const 16))))
        (i32.store (i32.const 32) (i32.const 4)) (i32.store (i32.const 36) (i32.const 5))
        (call $check (i32.const 2) (i32.eqz
            (call $write (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 40))))
        (call $seeks (i32.const 3) (i64.const 1) (i32.const 2) (i64.const 1))
        (call $seeks (i32.const 4) (i64.const -2) (i32.const 1) (i64.const 3))
        (call $seeks (i32.const 5) (i64.const -1) (i32.const 0) (i64.const 2))
        ;; EINVAL.
        (call $check (i32.const 6) (i32.eq (i32.const 28)
            (call $seek (i32.load (i32.const 16)) (i64.const 0) (i32.const 3) (i32.const 24))))
        (i32.store (i32.const 184) (i32.const 0x5a5a5a5a))
        (call $check (i32.const 7) (i32.eqz (call $stat (i32.load (i32.const 16)) (i32.const 128))))
        (call $is-file (i32.const 8) (i32.const 128))
        ;; It is shorter than preview 1's.
        (call $check (i32.const 9) (i32.eq (i32.load (i32.const 184)) (i32.const 0x5a5a5a5a)))
        (call $check (i32.const 10) (i32.eqz (call $stat-path
            (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 192))))
        (call $is-file (i32.const 11) (i32.const 192))
        ;; ENOENT.
        (call $check (i32.const 12) (i32.eq (i32.const 44) (call $stat-path
            (i32.const 3) (i32.const 1) (i32.const 4) (i32.const 5) (i32.const 192))))
        ;; A minute, or standard output, which is ready.
        (call $subscribe (i32.const 256) (i64.const 7) (i32.const 0))
        (i64.store (i32.const 272) (i64.const -1)) (i32.store (i32.const 280) (i32.const 1))
        (i64.store (i32.const 288) (i64.const 60000000000))
        (call $subscribe (i32.const 312) (i64.const 9) (i32.const 2)) (i32.store (i32.const 328) (i32.const 1))
        (call $check (i32.const 13) (i32.eqz
            (call $poll (i32.const 256) (i32.const 512) (i32.const 2) (i32.const 1024))))
        (call $check (i32.const 14) (i32.eq (i32.load (i32.const 1024)) (i32.const 1)))
        (call $check (i32.const 15) (i64.eq (i64.load (i32.const 512)) (i64.const 9)))
        ;; A millisecond, alone and twice.
        (i64.store (i32.const 288) (i64.const 1000000))
        (call $check (i32.const 16) (i32.eqz
            (call $poll (i32.const 256) (i32.const 512) (i32.const 1) (i32.const 1024))))
        (call $check (i32.const 17) (i64.eq (i64.load (i32.const 512)) (i64.const 7)))
        (memory.copy (i32.const 312) (i32.const 256) (i32.const 56))
        (call $check (i32.const 18) (i32.eqz
            (call $poll (i32.const 256) (i32.const 512) (i32.const 2) (i32.const 1024))))
        (call $check (i32.const 19) (i64.eq (i64.load (i32.const 512)) (i64.const 7)))))"#;

#[test]
fn calls_that_differ_from_preview_1() {
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", GUEST, &["--backend", backend]);
        let ended = folder.run(Runner::Default, ["--dir", ".", "app.cwasm"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{backend}: {ended:?}");
        assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), "hello");
    }
}
