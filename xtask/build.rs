//! Passes the target of its build, and the version of wasmtime in the lock file, to the program.

#[allow(clippy::disallowed_methods, reason = "cargo speaks by it")]
fn main() {
    let target = std::env::var("TARGET").expect("cargo sets it");
    println!("cargo::rustc-env=XTASK_HOST={target}");
    let lock = std::fs::read_to_string("../Cargo.lock").expect("the workspace has a lock file");
    let (_, wasmtime) = lock.split_once("name = \"wasmtime\"\nversion = \"").expect("wasmtime is locked");
    let version = wasmtime.split('"').next().expect("a text has a first part");
    println!("cargo::rustc-env=XTASK_WASMTIME={version}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../Cargo.lock");
}
