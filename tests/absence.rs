//! The check that the runtime holds no compiler, neither in its dependencies nor in its binary.

#![allow(clippy::disallowed_methods, reason = "tests read what cargo tells them")]

use std::fs;
use std::path::Path;
use std::process::Command;
use support::{Runner, precompile, run, runner};

/// The crates that generate code. Others of Cranelift's family only hold data structures.
const COMPILERS: [&str; 6] = [
    "cranelift-codegen",
    "cranelift-frontend",
    "regalloc2",
    "winch-codegen",
    "wasmtime-internal-cranelift",
    "wasmtime-internal-winch",
];

fn compilers_in_tree(package: &str, features: &[&str]) -> Vec<&'static str> {
    let tree = run(Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["tree", "-p", package, "-e", "normal,build", "--prefix", "none", "--target", "all"])
        .args(features)
        .current_dir(support::root()));
    assert_eq!(tree.code, Some(0), "{tree:?}");
    let names: Vec<_> = tree.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"wasmtime"), "{names:?}");
    COMPILERS.into_iter().filter(|name| names.contains(name)).collect()
}

/// The compilers in a binary, found by their panic messages: each holds the path of its source file, and these crates
/// have hundreds.
fn compilers_in_binary(path: &Path) -> Vec<&'static str> {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/wasmtime-"), "{}: paths of source files are stripped", path.display());
    COMPILERS.into_iter().filter(|name| text.contains(&format!("/{name}-"))).collect()
}

#[test]
fn no_compiler_among_the_dependencies() {
    for features in [&[][..], &["--no-default-features"], &["--all-features"]] {
        for package in ["precompile-runtime", "precompile-capi"] {
            assert_eq!(compilers_in_tree(package, features), [] as [&str; 0], "{package} {features:?}");
        }
    }
    assert_eq!(compilers_in_tree("precompile-wasi", &["--features", "wasmtime,threads"]), [] as [&str; 0]);
    // The same look finds every one of them in `precompile`.
    assert_eq!(compilers_in_tree("precompile", &[]), COMPILERS);
}

#[test]
fn no_compiler_in_the_binary() {
    for which in [Runner::Default, Runner::Bare] {
        assert_eq!(compilers_in_binary(runner(which)), [] as [&str; 0], "{which:?}");
    }
    let found = compilers_in_binary(precompile());
    for name in ["cranelift-codegen", "winch-codegen", "regalloc2"] {
        assert!(found.contains(&name), "the same look finds {name} where it is: {found:?}");
    }
}
