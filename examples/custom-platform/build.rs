//! Writes `host/platform.h`: the functions that wasmtime asks of the platform, from its own source, and those that
//! this library asks of its host.

use cbindgen::{Builder, Config, Language};
use serde_json::Value;
use std::collections::HashMap;
use std::env::var;
use std::path::PathBuf;
use std::process::Command;

/// Conditions in the sources, each with its macro in C.
const DEFINES: [(&str, &str); 4] = [
    ("has_virtual_memory", "PLATFORM_VIRTUAL_MEMORY"),
    ("has_native_signals", "PLATFORM_NATIVE_SIGNALS"),
    ("has_custom_sync", "PLATFORM_SYNC_PRIMITIVES"),
    ("has_custom_fiber", "PLATFORM_FIBERS"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    let mut defines: HashMap<_, _> = DEFINES.map(|(rust, c)| (rust.into(), c.into())).into();
    defines.insert("feature = code-memory".into(), "PLATFORM_CODE_MEMORY".into());
    let config = Config {
        language: Language::C,
        include_guard: Some("PLATFORM_H".into()),
        autogen_warning: Some("/* Made by build.rs of wasmtime's declarations and of src/. */".into()),
        cpp_compat: true,
        defines,
        ..Config::default()
    };
    let header = Builder::new()
        .with_config(config)
        .with_src(wasmtime().join("src/runtime/vm/sys/custom/capi.rs"))
        .with_src("src/host.rs")
        .with_src("src/lib.rs")
        .generate()
        .expect("wasmtime's declarations should be readable");
    // An unchanged file is left alone.
    header.write_to_file("host/platform.h");
}

/// The folder of wasmtime's sources, which cargo has fetched.
fn wasmtime() -> PathBuf {
    let cargo = Command::new(var("CARGO").expect("cargo sets it"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", "x86_64-unknown-none"])
        .output()
        .expect("cargo should run");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).expect("cargo should print JSON");
    let packages = metadata["packages"].as_array().expect("cargo should list packages");
    let wasmtime = packages.iter().find(|package| package["name"] == "wasmtime");
    let manifest = wasmtime.and_then(|wasmtime| wasmtime["manifest_path"].as_str());
    let mut folder = PathBuf::from(manifest.expect("wasmtime should be among the packages"));
    folder.pop();
    folder
}
