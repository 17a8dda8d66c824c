//! The functions of WASI 0.3, as the interface files of Wasmtime's crates have them: guests in Rust import each, and so
//! do guests that are written by hand. The tests of those call what they import.

use crate::guest::compile;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Folder, root};
use wit_parser::Resolve;

/// The guests in Rust.
const IN_RUST: [&str; 3] = ["calls-p3.wasm", "command-p3.wasm", "http-p3.wasm"];

#[test]
fn guests_import_every_function() {
    let folder = Folder::new();
    let offered = offered();
    assert!(offered.len() > 120, "{} functions are offered", offered.len());
    let called = |guests: &[PathBuf]| -> BTreeSet<String> {
        guests.iter().flat_map(|guest| functions(&folder, guest)).collect()
    };
    let in_rust = IN_RUST.map(|name| root().join("tests/guests").join(name));
    for (guests, called) in [("in Rust", called(&in_rust)), ("written by hand", called(&by_hand()))] {
        let missing: Vec<_> = offered.difference(&called).collect();
        assert!(missing.is_empty(), "no guest {guests} imports {missing:?}");
    }
    // Functions that no guest imports would be found.
    let without: Vec<_> = by_hand().into_iter().filter(|path| !path.ends_with("random.wat")).collect();
    let called = called(&without);
    let missing: Vec<_> = offered.difference(&called).map(String::as_str).collect();
    let random = [
        "wasi:random/insecure get-insecure-random-bytes",
        "wasi:random/insecure get-insecure-random-u64",
        "wasi:random/insecure-seed get-insecure-seed",
        "wasi:random/random get-random-bytes",
        "wasi:random/random get-random-u64",
    ];
    assert_eq!(missing, random);
}

/// The components that are written by hand, one for each package of WASI 0.3.
pub(crate) fn by_hand() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/guests/wasi3")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The stable functions of the interfaces, each with its interface.
fn offered() -> BTreeSet<String> {
    let mut resolve = Resolve::default();
    // Each after those that it uses.
    for name in ["clocks", "random", "filesystem", "sockets", "cli", "http"] {
        let package = if name == "http" { "wasmtime-wasi-http" } else { "wasmtime-wasi" };
        let file = sources(package).join(format!("src/p3/wit/deps/{name}.wit"));
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        resolve.push_source(name, &text).unwrap();
    }
    let mut functions = BTreeSet::new();
    for (id, interface) in resolve.interfaces.iter() {
        let name = resolve.id_of(id).unwrap();
        functions.extend(interface.functions.keys().filter_map(|function| key(&name, function)));
    }
    functions
}

/// The folder of a package's sources.
fn sources(package: &str) -> PathBuf {
    let host = target_lexicon::HOST.to_string();
    let arguments =
        ["metadata", "--format-version=1", "--locked", "--all-features", "--filter-platform", &host];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|found| found["name"] == package);
    let manifest = found.and_then(|found| found["manifest_path"].as_str());
    PathBuf::from(manifest.unwrap_or_else(|| panic!("there is no {package}"))).parent().unwrap().into()
}

/// The functions of WASI 0.3 that a guest imports or exports.
fn functions(folder: &Folder, guest: &Path) -> Vec<String> {
    compile(folder, guest, "winch");
    let ended = folder.precompile(["inspect", "--message-format", "json", "app.cwasm"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let inspected: Value = serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap();
    let all = |field: &str| inspected[field].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let imports = all("imports").into_iter().map(|import| (text(&import["module"]), text(&import["name"])));
    let exports = all("exports").into_iter().filter_map(|export| {
        let name = text(&export["name"]);
        name.split_once('#').map(|(interface, function)| (interface.into(), function.into()))
    });
    imports.chain(exports).filter_map(|(interface, function)| key(&interface, &function)).collect()
}

/// The name of a function of WASI 0.3, without the rest of the version.
fn key(interface: &str, function: &str) -> Option<String> {
    let (name, version) = interface.split_once('@')?;
    version.starts_with("0.3.").then(|| format!("{name} {function}"))
}
