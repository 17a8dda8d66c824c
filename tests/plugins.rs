//! Plugins of `precompile-run`: WASI as one, and some in C that keep to the interface or break it.

#![cfg(target_os = "linux")]

use std::process::Command;
use support::{BACKENDS, Ended, Folder, Runner, run, wasi_plugin};

/// A plugin in C, of which the tests change a part: its version, the end of its one function's calls, and what `open`
/// returns.
const PLUGIN: &str = r#"
#include "precompile_plugin.h"
#include <stdlib.h>
#include <string.h>
#ifndef VERSION
#define VERSION PRECOMPILE_PLUGIN_VERSION
#endif
#ifndef CALL
#define CALL return PRECOMPILE_DONE;
#endif
#ifndef OPEN
#define OPEN return malloc(1);
#endif
#ifndef RESULTS
#define RESULTS "j"
#endif
#define TEXT(text) {text, sizeof(text) - 1}
static uint32_t call(void *state, const precompile_guest_t *guest, const precompile_function_t *function,
                     uint64_t *values) {
    (void)state, (void)guest, (void)function, (void)values;
    CALL
}
static void *open_state(const precompile_setup_t *setup) { (void)setup; OPEN }
#ifndef FUNCTION
#define FUNCTION {TEXT("host"), TEXT("call"), TEXT("ijfd"), TEXT(RESULTS), call, NULL}
#endif
static const precompile_function_t functions[] = {FUNCTION};
#ifndef PLUGIN
#define PLUGIN {VERSION, functions, 1, open_state, free}
#endif
static const precompile_plugin_t plugin = PLUGIN;
#ifndef GIVEN
#define GIVEN &plugin
#endif
#ifndef NONE
const precompile_plugin_t *precompile_plugin(void) { return GIVEN; }
#endif
"#;

/// A guest that returns what the plugin's function returns.
const GUEST: &str = r#"(module
  (import "host" "call" (func $call (param i32 i64 f32 f64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 8) "in the guest")
  (func (export "go") (result i64)
    (call $call (i32.const -1) (i64.const 5) (f32.const 1.5) (f64.const 2.5))))"#;

/// A folder with the guest and a plugin, built with these definitions.
fn with_plugin(definitions: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    folder.compile("app", GUEST, &[]);
    let mut text: String =
        definitions.iter().map(|(name, value)| format!("#define {name} {value}\n")).collect();
    text.push_str(PLUGIN);
    folder.write("plugin.c", text);
    let include = support::root().join("plugin/include").display().to_string();
    let arguments = ["-std=c11", "-shared", "-fPIC", "-Wall", "-Werror", "-Wno-unused", "-I", &include];
    let built = run(folder.command("cc").args(arguments).args(["plugin.c", "-o", "plugin.so"]));
    assert_eq!(built.code, Some(0), "{built:?}");
    folder
}

/// Calls the guest with the plugin, in the runner with the feature `full`.
fn call(folder: &Folder, options: &[&str]) -> Ended {
    let options = options.iter().chain(&["--plugin", "plugin.so", "--invoke", "go", "app.cwasm"]);
    folder.run(Runner::Full, options)
}

#[track_caller]
fn fails(definitions: &[(&str, &str)], code: i32, words: &str) {
    let ended = call(&with_plugin(definitions), &[]);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stderr.contains(words), "{ended:?}");
}

/// The bare runner with WASI as a plugin runs what the default runner runs, by both backends.
#[test]
fn the_bare_runner_with_the_wasi_plugin_runs_commands() {
    let plugin = wasi_plugin().to_str().unwrap();
    for backend in BACKENDS {
        let folder = Folder::new();
        for (name, bytes) in [
            ("primes.wasm", &include_bytes!("guests/primes.wasm")[..]),
            ("paths.wasm", include_bytes!("guests/paths.wasm")),
        ] {
            folder.write(name, bytes);
            let compiled = folder.precompile(["-q", "--backend", backend, name]);
            assert_eq!(compiled.code, Some(0), "{compiled:?}");
        }
        folder.write("numbers", "1\n2\n39\n");
        for arguments in [&["primes.cwasm"][..], &["--dir", ".", "--env", "A=B", "paths.cwasm", "numbers"]] {
            let expected = folder.run(Runner::Default, arguments);
            let ended = folder.run(Runner::Plugin, ["--plugin", plugin].iter().chain(arguments));
            assert_eq!(
                (ended.code, &ended.stdout, &ended.stderr),
                (expected.code, &expected.stdout, &expected.stderr)
            );
        }
        // Without it, all that is lacking is named, and the way to it.
        let ended = folder.run(Runner::Plugin, ["primes.cwasm"]);
        assert_eq!(ended.code, Some(126), "{ended:?}");
        assert!(ended.stderr.contains("wasi_snapshot_preview1.fd_write"), "{ended:?}");
        let way = "WASI preview 1 is a plugin, too: `--plugin libprecompile_wasi.so`, which `cargo build -p \
                   precompile-wasi-plugin --profile runner` builds";
        assert!(ended.stderr.contains(way), "{ended:?}");
    }
}

/// Folders that can't be given are the plugin's own error; exits and traps are the guest's.
#[test]
fn the_wasi_plugin_ends_guests_as_the_runner_does() {
    let plugin = wasi_plugin().to_str().unwrap();
    let folder = Folder::new();
    folder.compile(
        "app",
        r#"(module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 300)))
          (func (export "crooked") (result i32) (call $write (i32.const 1) (i32.const 2) (i32.const 1) (i32.const 8))))"#,
        &[],
    );
    let play = |arguments: &[&str]| folder.run(Runner::Full, ["--plugin", plugin].iter().chain(arguments));
    assert_eq!(play(&["app.cwasm"]).code, Some(300 & 0xff));
    let ended = play(&["--invoke", "crooked", "app.cwasm"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
    assert!(ended.stderr.contains("pointer not aligned to 4: 0x2"), "{ended:?}");
    let ended = play(&["--dir", "missing", "app.cwasm"]);
    assert_eq!(ended.code, Some(125), "{ended:?}");
    assert!(ended.stderr.contains("can't give the guest the folder `missing`"), "{ended:?}");
}

/// Parameters of each type arrive, memory is read within its bounds, and a result comes back.
#[test]
fn a_plugin_gets_parameters_and_reads_the_memory_within_bounds() {
    let check = r#"
        if ((uint32_t)values[0] != 0xffffffff || values[1] != 5) return 9;
        float f; double d; uint32_t bits = (uint32_t)values[2];
        memcpy(&f, &bits, 4); memcpy(&d, &values[3], 8);
        if (f != 1.5f || d != 2.5 || guest->size(guest) != 65536) return 9;
        if (memcmp(guest->slice(guest, 8, 12), "in the guest", 12) != 0) return 9;
        if (guest->slice(guest, 65536, 0) == NULL || guest->slice(guest, 65530, 7) != NULL) return 9;
        if (guest->slice(guest, 65537, 0) != NULL || guest->slice(guest, UINT64_MAX, 2) != NULL) return 9;
        values[0] = 7000000000; return PRECOMPILE_DONE;"#;
    let ended = call(&with_plugin(&[("CALL", &check.replace('\n', " "))]), &[]);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "7000000000\n"), "{ended:?}");
}

#[test]
fn calls_trap_and_exit_as_the_plugin_says() {
    let trap = r#"guest->fail(guest, "no such thing", 13); return PRECOMPILE_TRAP;"#;
    fails(&[("CALL", trap)], 134, "no such thing");
    let outside = r#"if (guest->slice(guest, 1ull << 40, 4) == NULL) { guest->fail(guest, "it is out of bounds", 19); return PRECOMPILE_TRAP; } return PRECOMPILE_DONE;"#;
    fails(&[("CALL", outside)], 134, "it is out of bounds");
    fails(
        &[("CALL", "return 77;")],
        134,
        "the plugin's function `call` ended with 77, which its interface doesn't have",
    );
    let exits = with_plugin(&[("CALL", "values[0] = 42; return PRECOMPILE_EXIT;")]);
    assert_eq!(call(&exits, &[]).code, Some(42));
    // The types are compared when the guest is linked.
    fails(&[("RESULTS", "\"i\"")], 125, "incompatible import type for `host::call`");
}

#[test]
fn what_is_no_plugin_of_this_version_is_refused() {
    fails(&[("VERSION", "2")], 125, "it is of version 2 of the plugin interface, and this build of 1");
    fails(&[("NONE", "")], 125, "the system can't load it as a plugin:");
    let types = "it breaks the plugin interface: the function `call` has types that are no letters of `ijfd`, or more than 16";
    fails(&[("RESULTS", "\"v\"")], 125, types);
    let breaks = |rule: &str| format!("it breaks the plugin interface: {rule}");
    fails(&[("PLUGIN", "{1, NULL, 1, open_state, free}")], 125, &breaks("`functions` is NULL"));
    fails(
        &[("PLUGIN", "{1, functions, 1 << 20, open_state, free}")],
        125,
        &breaks("`function_count` is beyond 65,535"),
    );
    fails(&[("PLUGIN", "{1, functions, 1, open_state, NULL}")], 125, &breaks("`open` or `close` is NULL"));
    fails(
        &[("FUNCTION", "{TEXT(\"host\"), TEXT(\"call\"), TEXT(\"\"), TEXT(\"\"), NULL, NULL}")],
        125,
        "has no `call`",
    );
    fails(
        &[("FUNCTION", "{TEXT(\"host\"), TEXT(\"\\xff\"), TEXT(\"\"), TEXT(\"\"), call, NULL}")],
        125,
        "a function's name is not UTF-8",
    );
    fails(
        &[("FUNCTION", "{TEXT(\"\\xff\"), TEXT(\"call\"), TEXT(\"\"), TEXT(\"\"), call, NULL}")],
        125,
        "has a module that is not UTF-8",
    );
    fails(&[("GIVEN", "NULL")], 125, "its function `precompile_plugin` returned no plugin");
    let says = r#"setup->fail(setup, "no licence", 10); return NULL;"#;
    fails(&[("OPEN", says)], 125, "the plugin `plugin.so` can't serve this guest: no licence");
    let folder = with_plugin(&[]);
    folder.write("plugin.so", "text");
    let ended = call(&folder, &[]);
    assert_eq!(ended.code, Some(125), "{ended:?}");
    assert!(ended.stderr.contains("can't use the plugin `plugin.so`: the system can't load it"), "{ended:?}");
    std::fs::remove_file(folder.join("plugin.so")).unwrap();
    assert_eq!(call(&folder, &[]).code, Some(125));
}

/// With `--trust`, a plugin must be signed like an artifact, and what was checked is what is loaded.
#[test]
fn with_trust_a_plugin_must_be_signed() {
    let folder = with_plugin(&[("CALL", "values[0] = 3; return PRECOMPILE_DONE;")]);
    for name in ["ours.key", "theirs.key"] {
        assert_eq!(folder.precompile(["keygen", "--no-password", "-o", name]).code, Some(0));
    }
    let sign = |key: &str, detached: &[&str], file: &str| {
        folder.precompile(["sign", "--key", key].iter().chain(detached).chain(&[file]))
    };
    assert_eq!(sign("ours.key", &[], "app.cwasm").code, Some(0));
    let trust = ["--trust", "ours.pub"];
    let refuse = |words: &str| {
        let ended = call(&folder, &trust);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.contains(words), "{ended:?}");
    };
    let unsigned = "0 of the trusted keys have signed it, and 1 must";
    refuse(unsigned);
    assert_eq!(sign("theirs.key", &["--detached"], "plugin.so").code, Some(0));
    refuse(unsigned);
    assert_eq!(sign("ours.key", &["--detached"], "plugin.so").code, Some(0));
    let ended = call(&folder, &trust);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "3\n"), "{ended:?}");
    // One more byte, and it is another file.
    let plugin = std::fs::read(folder.join("plugin.so")).unwrap();
    folder.write("plugin.so", [&plugin[..], b"\0"].concat());
    refuse(unsigned);
    // An artifact holds its signatures, and a statement is no file to be signed.
    let ended = sign("ours.key", &["--detached"], "app.cwasm");
    assert!(
        ended.stderr.contains("` is an artifact, which holds its signatures: leave out `--detached`"),
        "{ended:?}"
    );
    folder.write("statement", "precompile-statement-v1\nartifact: blake3 00\n");
    let ended = sign("ours.key", &["--detached"], "statement");
    assert!(
        ended.stderr.contains(
            "` begins as the statement of an artifact does, and signing it would sign that artifact"
        ),
        "{ended:?}"
    );
}

/// The signature beside a plugin is minisign's, where minisign is installed.
#[test]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
fn minisign_checks_the_signature_of_a_plugin() {
    if Command::new("minisign").arg("-v").output().is_err() {
        println!("not run: minisign is not installed");
        return;
    }
    let folder = with_plugin(&[]);
    assert_eq!(folder.precompile(["keygen", "--no-password", "-o", "ours.key"]).code, Some(0));
    assert_eq!(folder.precompile(["sign", "--detached", "--key", "ours.key", "plugin.so"]).code, Some(0));
    let checked = run(folder.command("minisign").args(["-Vm", "plugin.so", "-p", "ours.pub"]));
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

/// The plugin that `docs/plugins.md` shows does what it says there.
#[test]
fn the_plugin_of_the_documentation_writes_text() {
    let document = include_str!("../docs/plugins.md");
    let (_, source) = document.split_once("```c\n").unwrap();
    let (source, _) = source.split_once("```").unwrap();
    let folder = Folder::new();
    folder.write("log.c", source);
    let include = support::root().join("plugin/include").display().to_string();
    let built = run(folder
        .command("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-I", &include, "log.c", "-o", "log.so"]));
    assert_eq!(built.code, Some(0), "{built:?}");
    let guest = r#"(module (import "log" "write" (func $write (param i32 i32)))
      (memory (export "memory") 1) (data (i32.const 8) "said\n")
      (func (export "_start") (call $write (i32.const 8) (i32.const 5)) (call $write (i32.const -4) (i32.const 5))))"#;
    folder.compile("app", guest, &[]);
    let ended = folder.run(Runner::Full, ["--plugin", "./log.so", "app.cwasm"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
    assert!(
        ended.stderr.starts_with("said\n") && ended.stderr.contains("the text is out of bounds"),
        "{ended:?}"
    );
}
