//! Tests of the command `precompile inspect`.

#![cfg(feature = "cli")]

use precompile::{Backend, Compiler, Options, Platform, WASMTIME_MAJOR};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use wasmtime::Engine;

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_precompile"));
    command.arg("inspect");
    command
}

fn inspect(artifact: &Path, options: &[&str]) -> Output {
    command().arg(artifact).args(options).output().unwrap()
}

fn object(artifact: &Path) -> (String, Value) {
    let output = inspect(artifact, &["--message-format", "json"]);
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let (line, finished) = lines.split_once('\n').unwrap();
    assert_eq!(finished, "{\"reason\":\"finished\",\"success\":true}\n");
    (line.into(), serde_json::from_str(line).unwrap())
}

/// A module with many imports.
fn text() -> String {
    let import = |n| format!("(import \"host\" \"f{n}\" (func (param i32)))");
    format!("(module {} (memory (export \"memory\") 1))", (0..30).map(import).collect::<String>())
}

fn ours(folder: &Path) -> PathBuf {
    let options = Options::new(Backend::Winch, "aarch64".parse().unwrap(), Platform::Hosted).unwrap();
    let path = folder.join("ours.cwasm");
    std::fs::write(&path, Compiler::default().compile(&options, text().as_bytes()).unwrap().artifact)
        .unwrap();
    path
}

fn upstream(folder: &Path) -> PathBuf {
    let path = folder.join("upstream.cwasm");
    let wasm = wat::parse_str(text()).unwrap();
    std::fs::write(&path, Engine::default().precompile_module(&wasm).unwrap()).unwrap();
    path
}

#[test]
fn json_has_every_field_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let artifact = ours(folder.path());
    let (line, object) = object(&artifact);
    let fields = [
        "reason",
        "artifact",
        "kind",
        "backend",
        "target",
        "wasmtime_version",
        "source_blake3",
        "features_stamped",
        "features_used",
        "cpu_features",
        "settings",
        "imports",
        "exports",
        "sections",
        "stock_flags",
    ];
    let places: Vec<_> = fields.iter().map(|field| line.find(&format!("\"{field}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{line}");
    assert_eq!(object["reason"], "inspect");
    assert_eq!(object["artifact"], artifact.to_str().unwrap());
    assert_eq!((&object["kind"], &object["backend"]), (&"module".into(), &"winch".into()));
    assert_eq!(object["target"], "aarch64-unknown-linux-gnu");
    assert_eq!(object["wasmtime_version"], precompile::WASMTIME_VERSION);
    let wasm = wat::parse_str(text()).unwrap();
    assert_eq!(object["source_blake3"], blake3::hash(&wasm).to_string());
    assert_eq!(object["features_used"], serde_json::json!(["floats"]));
    assert_eq!(object["settings"]["memory_reservation"], 1u64 << 32);
    assert_eq!(object["settings"]["signals_based_traps"], true);
    assert_eq!(object["settings"]["inlining"], "no");
    assert_eq!(object["imports"].as_array().unwrap().len(), 30);
    assert_eq!(object["imports"][29]["type"], "(func (param i32))");
    assert_eq!(object["exports"], serde_json::json!([{"name": "memory", "type": "(memory 1)"}]));
    let flags = ["-W", "concurrency-support=n", "-O", "gc-heap-initial-size=87"];
    assert_eq!(object["stock_flags"], serde_json::json!(flags));
    assert_eq!((&object["origin"], &object["digest_ok"]), (&"precompile".into(), &true.into()));
}

/// Fields that wasmtime's own artifacts lack are null.
#[test]
fn unknown_fields_are_null() {
    let folder = tempfile::tempdir().unwrap();
    let (_, object) = object(&upstream(folder.path()));
    for field in ["source_blake3", "features_used", "imports", "exports", "platform", "digest_ok"] {
        assert_eq!(object.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(
        (&object["origin"], &object["wasmtime_version"]),
        (&"wasmtime".into(), &WASMTIME_MAJOR.into())
    );
    assert_eq!(object["stock_flags"], serde_json::json!([]));
    assert!(object["sections"].as_array().unwrap().iter().any(|section| section["name"] == ".text"));
}

#[test]
fn text_shows_the_main_fields() {
    let folder = tempfile::tempdir().unwrap();
    let artifact = ours(folder.path());
    let output = inspect(&artifact, &[]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for words in [
        "backend         winch\n",
        "target          aarch64-unknown-linux-gnu\n",
        "memory_reservation              4294967296 (4.00 GiB)\n",
        "imports: 30\n",
        "… and 20 more",
        "wasmtime run --allow-precompiled -W concurrency-support=n -O gc-heap-initial-size=87 ",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(
        text.contains("another machine"),
        cfg!(not(all(target_arch = "aarch64", target_os = "linux")))
    );
    let all = String::from_utf8(inspect(&artifact, &["--all"]).stdout).unwrap();
    assert!(all.contains("host f29") && !all.contains("more"), "{all}");
    let theirs = String::from_utf8(inspect(&upstream(folder.path()), &[]).stdout).unwrap();
    assert!(theirs.contains(&format!("wasmtime {WASMTIME_MAJOR}, patch unknown")), "{theirs}");
}

#[test]
fn another_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("module.wasm");
    std::fs::write(&path, b"\0asm\x01\0\0\0").unwrap();
    let output = inspect(&path, &["--message-format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["reason"], &lines[1]["success"]), (&"failed".into(), &false.into()));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("module.wasm`: not a precompiled artifact: it is WebAssembly"), "{error}");
}

/// A closed pipe causes no message.
#[test]
fn a_broken_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command()
        .arg(ours(folder.path()))
        .arg("--all")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
