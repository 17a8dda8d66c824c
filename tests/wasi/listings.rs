//! Listings of folders by a guest.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use support::{Folder, Runner};

/// A guest that counts the entries of a folder, with `.` and `..`, or removes the files that it finds, with a buffer
/// of a given size.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_readdir" (func $read (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (func $each (param $buffer i32) (param $removes i32) (result i32)
        (local $cookie i64) (local $count i32) (local $at i32) (local $end i32)
        (loop $more
            (if (call $read (i32.const 3) (i32.const 1024) (local.get $buffer) (local.get $cookie) (i32.const 16))
                (then (return (i32.const -1))))
            (local.set $at (i32.const 1024))
            (local.set $end (i32.add (i32.const 1024) (i32.load (i32.const 16))))
            (block $done (loop $entry
                (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 24)) (local.get $end)))
                (br_if $done (i32.gt_u
                    (i32.add (i32.add (local.get $at) (i32.const 24)) (i32.load offset=16 (local.get $at)))
                    (local.get $end)))
                (local.set $cookie (i64.load (local.get $at)))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))
                (if (i32.and (local.get $removes) (i32.eq (i32.load8_u offset=20 (local.get $at)) (i32.const 4)))
                    (then (if (call $unlink (i32.const 3) (i32.add (local.get $at) (i32.const 24))
                            (i32.load offset=16 (local.get $at)))
                        (then (return (i32.const -2))))))
                (local.set $at
                    (i32.add (i32.add (local.get $at) (i32.const 24)) (i32.load offset=16 (local.get $at))))
                (br $entry)))
            (br_if $more (i32.eq (i32.load (i32.const 16)) (local.get $buffer))))
        (local.get $count))
    (func (export "count") (param i32) (result i32) (call $each (local.get 0) (i32.const 0)))
    (func (export "remove") (param i32) (result i32) (call $each (local.get 0) (i32.const 1))))"#;

fn folder(files: usize) -> Folder {
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    fs::create_dir(folder.join("data")).unwrap();
    (0..files).for_each(|file| {
        drop(File::create(folder.join(&format!("data/a-file-with-a-name-{file}"))).unwrap())
    });
    folder
}

#[track_caller]
fn found(folder: &Folder, function: &str, buffer: usize, expected: usize) {
    let buffer = buffer.to_string();
    // To list the folder anew for each piece would take some minutes.
    let arguments = ["--timeout", "60s", "--dir", "data", "--invoke", function, "app.cwasm", &buffer];
    let ended = folder.run(Runner::Default, arguments);
    assert_eq!(
        (ended.code, ended.stdout),
        (Some(0), format!("{expected}\n")),
        "{function}: {}",
        ended.stderr
    );
}

#[test]
fn a_large_folder() {
    found(&folder(20_000), "count", 4096, 20_002);
}

/// Each entry is found once, with any size of the buffer, and also where other entries are removed meanwhile.
#[test]
fn small_buffers_and_removed_files() {
    let folder = folder(300);
    for buffer in [64, 100, 512, 60_000] {
        found(&folder, "count", buffer, 302);
    }
    found(&folder, "remove", 512, 302);
    found(&folder, "count", 512, 2);
}

#[test]
#[allow(clippy::print_stderr, reason = "it says what it leaves out")]
fn a_name_that_is_not_utf8() {
    let folder = folder(3);
    let name = OsStr::from_bytes(b"data/\xff");
    if let Err(error) = File::create(folder.path().join(name)) {
        eprintln!("not tested: the file system takes no name that is not UTF-8: {error}");
        return;
    }
    found(&folder, "count", 4096, 5);
}
