//! Tests of outputs: links, devices and pipes in their place, their permissions, and their times.

#![cfg(unix)]

mod links;
mod privacy;
mod streams;
mod times;

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use support::{Ended, Folder, has_unprivileged, precompile, run};

const MODULE: &str = "(module (memory 1) (data (i32.const 0) \"yours\"))";

/// A folder with a module, and the bytes of its artifact.
fn folder() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    folder.write("app.wat", MODULE);
    compile(&folder, &["app.wat", "-o", "expected"]);
    let expected = fs::read(folder.join("expected")).unwrap();
    fs::remove_file(folder.join("expected")).unwrap();
    (folder, expected)
}

#[track_caller]
fn compile(folder: &Folder, arguments: &[&str]) -> Ended {
    let ended = folder.precompile(arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    ended
}

/// Runs a shell's line in a folder, with the command as `$PRE`.
fn shell(folder: &Folder, line: &str) -> Ended {
    run(folder.command("bash").args(["-c", line]).env("PRE", precompile()))
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn metadata(path: &Path) -> Metadata {
    path.symlink_metadata().unwrap()
}

/// Tells whether the tests run as root, whom no permissions bind.
fn is_root(folder: &Folder) -> bool {
    metadata(folder.path()).uid() == 0
}

/// Prints a line about a test that this machine can't run.
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn not_shown(test: &str) {
    eprintln!("not shown here: {test}");
}
