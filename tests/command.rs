//! The command line of `precompile`: its outputs, their places, and its errors.

use std::collections::BTreeSet;
use std::fs;
use support::{BACKENDS, Ended, Folder, Runner, precompile, run};

const ANSWER: &str = r#"(module (func (export "answer") (result i32) i32.const 42))"#;

#[track_caller]
fn fails(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert_eq!(ended.stdout, "", "{ended:?}");
    for words in words {
        assert!(ended.stderr.contains(words), "`{words}` is missing: {ended:?}");
    }
}

#[test]
fn the_output_stands_beside_the_input() {
    let folder = Folder::new();
    fs::create_dir(folder.join("sub")).unwrap();
    folder.wasm("sub/app.wasm", ANSWER);
    let ended = folder.precompile(["sub/app.wasm"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    assert!(ended.stderr.starts_with("compiled `sub/app.wasm` with cranelift for "), "{ended:?}");
    assert_eq!(folder.run(Runner::Default, ["--invoke", "answer", "sub/app.cwasm"]).stdout, "42\n");
    assert_eq!(folder.precompile(["--quiet", "sub/app.wasm", "-o", "other.bin"]).stderr, "");
    assert_eq!(fs::read(folder.join("other.bin")).unwrap(), fs::read(folder.join("sub/app.cwasm")).unwrap());
    assert_eq!(folder.names(), ["other.bin", "sub"], "no temporary file is left");
}

/// The folder, the environment and the number of threads don't change the artifact.
#[test]
fn the_same_input_gives_the_same_bytes() {
    for backend in BACKENDS {
        let (one, other) = (Folder::new(), Folder::new());
        one.wasm("app.wasm", ANSWER);
        other.wasm("renamed.wasm", ANSWER);
        one.precompile(["--backend", backend, "app.wasm", "-o", "out"]);
        let ended = run(other
            .command(precompile())
            .args(["--backend", backend, "renamed.wasm", "-o", "out"])
            .env("RAYON_NUM_THREADS", "1")
            .env("WASMTIME_BACKTRACE_DETAILS", "1")
            .env("RUST_BACKTRACE", "full")
            .env("HOME", "/nonexistent"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(fs::read(one.join("out")).unwrap(), fs::read(other.join("out")).unwrap());
    }
}

#[test]
fn an_input_is_never_written() {
    let folder = Folder::new();
    let input = folder.wasm("app.wasm", ANSWER);
    let before = fs::read(&input).unwrap();
    fs::hard_link(&input, folder.join("hard.wasm")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&input, folder.join("soft.wasm")).unwrap();
    for output in ["app.wasm", "./app.wasm", "hard.wasm", "soft.wasm"] {
        fails(&folder.precompile(["app.wasm", "-o", output]), 1, &["is the input", "choose another"]);
    }
    assert_eq!(fs::read(&input).unwrap(), before);
    // An artifact that is given as input has the name of its output.
    folder.precompile(["app.wasm"]);
    fails(&folder.precompile(["app.cwasm"]), 1, &["compiled already"]);
}

/// A failure leaves the old output, and nothing half-written.
#[test]
fn an_output_appears_whole_or_not_at_all() {
    let folder = Folder::new();
    folder.wasm("good.wasm", ANSWER);
    folder.write("bad.wasm", b"\0asm\x01\0\0\0garbage");
    folder.write("out.cwasm", "precious");
    fails(&folder.precompile(["bad.wasm", "-o", "out.cwasm"]), 1, &["`bad.wasm`", "not valid WebAssembly"]);
    assert_eq!(fs::read(folder.join("out.cwasm")).unwrap(), b"precious");
    fails(&folder.precompile(["good.wasm", "-o", "no/such/folder.cwasm"]), 1, &["`no/such/folder.cwasm`"]);
    fs::create_dir(folder.join("taken.cwasm")).unwrap();
    fails(&folder.precompile(["good.wasm", "-o", "taken.cwasm"]), 1, &["`taken.cwasm`", "not a file"]);
    assert_eq!(folder.names(), ["bad.wasm", "good.wasm", "out.cwasm", "taken.cwasm"]);
    // A program that maps the old artifact keeps it, as the new one is another file.
    let old = fs::File::open(folder.join("out.cwasm")).unwrap();
    assert_eq!(folder.precompile(["good.wasm", "-o", "out.cwasm"]).code, Some(0));
    assert_eq!(std::io::read_to_string(old).unwrap(), "precious");
}

#[test]
fn help_and_version() {
    let folder = Folder::new();
    let help = folder.precompile(["--help"]);
    assert_eq!(help.code, Some(0));
    for word in ["--backend", "--target", "--cpu", "--opt-level", "--output", "x86-64-v3", "Exit codes"] {
        assert!(help.stdout.contains(word), "{word}");
    }
    let (package, wasmtime) = (env!("CARGO_PKG_VERSION"), precompile::WASMTIME_VERSION);
    let version = format!("precompile {package} (wasmtime {wasmtime}; cranelift, winch)\n");
    assert_eq!(folder.precompile(["--version"]).stdout, version);
    let help = folder.run(Runner::Default, ["--help"]);
    for word in ["--dir", "--env", "--invoke", "ARTIFACT", "Exit codes"] {
        assert!(help.stdout.contains(word), "{word}");
    }
    let version = format!("precompile-run {package} (wasmtime {wasmtime})\n");
    assert_eq!(folder.run(Runner::Default, ["--version"]).stdout, version);
}

/// The long options that a text names.
fn options(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or_default().to_owned()
    };
    text.split("--").skip(1).map(name).filter(|name| name.len() > 1).collect()
}

/// The runner's manual page, which is written apart from the runner, has the same options as its help
/// with every feature.
#[test]
fn the_runners_manual_page_is_its_help() {
    let folder = Folder::new();
    let page = folder.precompile(["man", "precompile-run"]).stdout.replace("\\-", "-");
    let help = folder.run(Runner::Full, ["--help"]).stdout;
    assert!(options(&help).contains("max-memory"), "{help}");
    assert_eq!(options(&page), options(&help));
}

/// Each proposal in the help is stamped when it is turned on, or refused by name, and not stamped when it is turned
/// off.
#[test]
fn every_proposal_can_be_chosen() {
    let folder = Folder::new();
    folder.wasm("app.wasm", "(module)");
    let help = folder.precompile(["-W", "help"]).stdout;
    let (_, proposals) = help.split_once("Proposals").unwrap();
    let names = proposals.lines().filter_map(|line| line.trim().strip_prefix("-W ")?.strip_suffix("[=y|n]"));
    let stamped = |setting: &str| {
        let ended = folder.precompile(["--target", "x86_64", "-W", setting, "app.wasm"]);
        match ended.code {
            Some(0) => {
                let text = folder.precompile(["inspect", "--message-format", "json", "app.cwasm"]).stdout;
                let (_, stamped) = text.split_once("\"features_stamped\":[").unwrap();
                Ok(stamped.split(']').next().unwrap().to_owned())
            }
            _ => Err(ended),
        }
    };
    let (mut on, mut refused) = (0, 0);
    for name in names {
        let quoted = format!("\"{name}\"");
        match stamped(name) {
            Ok(stamped) => {
                assert!(stamped.contains(&quoted), "{name}: {stamped}");
                on += 1;
            }
            Err(ended) => {
                assert!(ended.code == Some(2) && ended.stderr.contains(&format!("`{name}`")), "{ended:?}");
                refused += 1;
            }
        }
        let off = stamped(&format!("{name}=n")).unwrap();
        assert!(!off.contains(&quoted), "{name}=n: {off}");
    }
    assert!(on > 25 && refused > 3, "{on} are stamped, {refused} refused");
}

/// An artifact for another machine is refused, with the remedy.
#[test]
fn an_artifact_for_another_machine_is_refused() {
    let folder = Folder::new();
    let other = if cfg!(target_arch = "s390x") { "riscv64" } else { "s390x" };
    folder.compile("app", ANSWER, &["--target", other]);
    let ended = folder.run(Runner::Default, ["--invoke", "answer", "app.cwasm"]);
    let remedy = format!("`--target {}", std::env::consts::ARCH);
    fails(&ended, 126, &["`target` is `", &remedy]);
}

/// Exit codes stay the same where nothing can be reported.
#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_stderr_changes_no_exit_code() {
    use support::runner;
    let folder = Folder::new();
    folder.wasm("app.wasm", ANSWER);
    let code = |program: &std::path::Path, arguments: &[&str]| {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        folder.command(program).args(arguments).stderr(full).status().unwrap().code()
    };
    assert_eq!(code(precompile(), &["app.wasm"]), Some(0));
    assert_eq!(code(precompile(), &["missing.wasm"]), Some(1));
    assert_eq!(code(runner(Runner::Default), &["missing.cwasm"]), Some(125));
    assert_eq!(code(runner(Runner::Default), &["app.wasm"]), Some(126));
}
