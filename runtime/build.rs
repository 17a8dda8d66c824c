//! Tells the crate what it is compiled for, which `core` doesn't say.
//!
//! Leaves the tables for unwinding out of a runner that is built for size: they are a twelfth of it, the
//! standard library's among them, which no flag of rustc's leaves out. A panic of such a runner ends the
//! process, whatever the profile says.

use std::env::var;
use std::fs;
use std::path::Path;

const NO_UNWIND: &str = include_str!("src/runner/no-unwind.ld");

#[allow(clippy::disallowed_methods, reason = "cargo speaks by it")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for (name, of) in [("PRECOMPILE_ARCH", "CARGO_CFG_TARGET_ARCH"), ("PRECOMPILE_OS", "CARGO_CFG_TARGET_OS")]
    {
        println!("cargo::rustc-env={name}={}", var(of).expect("cargo sets it"));
    }
    let is = |name: &str, values: &[&str]| var(name).is_ok_and(|value| values.contains(&value.as_str()));
    let for_size = is("OPT_LEVEL", &["s", "z"]);
    let linux = is("CARGO_CFG_TARGET_OS", &["linux"]);
    // It takes no linker scripts.
    let mold = var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("mold"));
    if for_size && linux && !mold {
        // Another clone may build into the same folder, and this one be gone by then.
        let script = Path::new(&var("OUT_DIR").expect("cargo sets it")).join("no-unwind.ld");
        fs::write(&script, NO_UNWIND).expect("the folder that cargo gives can be written to");
        println!("cargo::rustc-link-arg-bin=precompile-run=-Wl,-T,{}", script.display());
        println!("cargo::rustc-link-arg-bin=precompile-run=-Wl,--no-eh-frame-hdr");
    }
}
