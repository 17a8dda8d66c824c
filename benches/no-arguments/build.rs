//! Leaves out the same as the runner's own build script, which tells why.

use std::env::var;
use std::fs;
use std::path::Path;

const NO_UNWIND: &str = include_str!("../../runtime/src/runner/no-unwind.ld");

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let script = Path::new(&var("OUT_DIR").expect("cargo sets it")).join("no-unwind.ld");
        fs::write(&script, NO_UNWIND).expect("the folder that cargo gives can be written to");
        println!("cargo::rustc-link-arg=-Wl,-T,{}", script.display());
        println!("cargo::rustc-link-arg=-Wl,--no-eh-frame-hdr");
    }
}
