//! The name by which programs ask for the shared library, and its unwind tables.
//!
//! A library that is built for size has no unwind tables, as `precompile-run` hasn't: no flag of rustc leaves out those
//! of the standard library. Nothing unwinds through it in any build.

use std::env::var;
use std::fs;
use std::path::Path;

const NO_UNWIND: &str = include_str!("../src/runner/no-unwind.ld");

#[allow(clippy::disallowed_methods, reason = "cargo passes its settings in variables")]
fn main() {
    // The linker script is a part of this program, which cargo runs again when it is built again.
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rustc-check-cfg=cfg(no_backtrace)");
    let of = |name: &str| var(name).expect("cargo sets it");
    if of("CARGO_CFG_TARGET_OS") != "linux" {
        return;
    }
    // Before version 1, a new minor version may be another ABI.
    let (major, minor) = (of("CARGO_PKG_VERSION_MAJOR"), of("CARGO_PKG_VERSION_MINOR"));
    let abi = if major == "0" { format!("{major}.{minor}") } else { major };
    println!("cargo::rustc-link-arg-cdylib=-Wl,-soname,libprecompile_runtime.so.{abi}");
    // Mold doesn't support linker scripts.
    let mold = var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("mold"));
    if ["s", "z"].contains(&&*of("OPT_LEVEL")) && !mold {
        let script = Path::new(&of("OUT_DIR")).join("no-unwind.ld");
        fs::write(&script, NO_UNWIND).expect("the folder that cargo gives can be written to");
        println!("cargo::rustc-link-arg-cdylib=-Wl,-T,{}", script.display());
        println!("cargo::rustc-link-arg-cdylib=-Wl,--no-eh-frame-hdr");
    }
}
