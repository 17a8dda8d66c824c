//! Passes the target of its build to the program.

#[allow(clippy::disallowed_methods, reason = "cargo speaks by it")]
fn main() {
    let target = std::env::var("TARGET").expect("cargo sets it");
    println!("cargo::rustc-env=XTASK_HOST={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
