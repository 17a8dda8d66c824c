//! The names of the target's architecture and operating system, which `core` doesn't have, as variables of the build.
//!
//! The trust file that `PRECOMPILE_TRUST` names becomes part of the runner, which then runs nothing else.
//!
//! A runner that is built for size is linked without unwind tables. They are a twelfth of it, and no flag of rustc
//! leaves out those of the standard library. A panic of such a runner ends the process, whatever the profile says.

use std::env::{VarError, var};
use std::fs;
use std::path::Path;

const NO_UNWIND: &str = include_str!("src/runner/no-unwind.ld");

/// Copies the trust file that is to be part of the runner, or an empty one.
#[allow(
    clippy::disallowed_methods,
    reason = "the runner has no other configuration, and cargo passes its own so"
)]
fn built_in_trust() {
    println!("cargo::rerun-if-env-changed=PRECOMPILE_TRUST");
    let text = match var("PRECOMPILE_TRUST") {
        Err(VarError::NotPresent) => String::new(),
        Err(VarError::NotUnicode(_)) => panic!("PRECOMPILE_TRUST is not UTF-8: name another file"),
        Ok(file) => {
            println!("cargo::rerun-if-changed={file}");
            let has_trust = var("CARGO_FEATURE_TRUST").is_ok();
            assert!(
                has_trust,
                "PRECOMPILE_TRUST is set, and the build checks no signatures: add the feature `trust`"
            );
            let text = fs::read_to_string(&file);
            let text = text
                .unwrap_or_else(|error| panic!("can't read `{file}`, which PRECOMPILE_TRUST names: {error}"));
            let is_key = |line: &&str| !(line.trim().is_empty() || line.starts_with(['#', 'u']));
            assert!(
                text.lines().any(|line| is_key(&line)),
                "`{file}`, which PRECOMPILE_TRUST names, has no key"
            );
            text
        }
    };
    let copy = Path::new(&var("OUT_DIR").expect("cargo sets it")).join("trust");
    fs::write(copy, text).expect("the folder that cargo gives can be written to");
}

#[allow(clippy::disallowed_methods, reason = "cargo passes its settings in variables")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(no_unwind, own_start)");
    for (name, of) in [("PRECOMPILE_ARCH", "CARGO_CFG_TARGET_ARCH"), ("PRECOMPILE_OS", "CARGO_CFG_TARGET_OS")]
    {
        println!("cargo::rustc-env={name}={}", var(of).expect("cargo sets it"));
    }
    built_in_trust();
    let is = |name: &str, values: &[&str]| var(name).is_ok_and(|value| values.contains(&value.as_str()));
    let for_size = is("OPT_LEVEL", &["s", "z"]);
    let linux = is("CARGO_CFG_TARGET_OS", &["linux"]);
    if linux && var("CARGO_FEATURE_GDB").is_ok() {
        // The names by which debuggers find the code of artifacts, also in a program that is stripped.
        for name in ["__jit_debug_register_code", "__jit_debug_descriptor"] {
            println!("cargo::rustc-link-arg-bin=precompile-run=-Wl,--export-dynamic-symbol={name}");
        }
    }
    // Mold doesn't support linker scripts.
    let mold = var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("mold"));
    if for_size && linux && is("CARGO_CFG_TARGET_ENV", &["gnu"]) {
        println!("cargo::rustc-cfg=own_start");
    }
    if for_size && linux && !mold {
        // Copied, because another checkout may build into the same folder after this one is gone.
        let script = Path::new(&var("OUT_DIR").expect("cargo sets it")).join("no-unwind.ld");
        let text = match var("CARGO_CFG_TARGET_ENV").as_deref() {
            // The files that begin and end a program by musl name their own tables.
            Ok("musl") => {
                &NO_UNWIND.replace("*(.eh_frame)", "*(EXCLUDE_FILE(*crtbegin*.o *crtend*.o) .eh_frame)")
            }
            _ => NO_UNWIND,
        };
        fs::write(&script, text).expect("the folder that cargo gives can be written to");
        println!("cargo::rustc-link-arg-bin=precompile-run=-Wl,-T,{}", script.display());
        println!("cargo::rustc-link-arg-bin=precompile-run=-Wl,--no-eh-frame-hdr");
        // A static libgcc has these functions in one object with others that a static glibc needs.
        let is_static =
            var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|it| it.split(',').any(|it| it == "crt-static"));
        if is("CARGO_CFG_TARGET_ENV", &["gnu"]) && !is_static {
            println!("cargo::rustc-cfg=no_unwind");
        }
    }
}
