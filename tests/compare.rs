//! Tests of measuring: `precompile-run --measure`, and `precompile compare` on top of it.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use support::{Ended, Folder, Runner, precompile, run, runner};

/// A command that prints its input, and ends with an error where it is started twice in one instance.
const COMMAND: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\40\00\00\00")
    (global $started (mut i32) (i32.const 0))
    (func (export "_start")
        (if (global.get $started) (then (call $exit (i32.const 7))))
        (global.set $started (i32.const 1))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
        (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 104)) (then (call $exit (i32.const 9))))
        (call $exit (i32.const 0))))"#;

/// A function that counts its calls, and traps at the third.
const FUNCTION: &str = r#"(module
    (global $calls (mut i32) (i32.const 0))
    (func (export "count") (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (if (i32.gt_u (global.get $calls) (i32.const 2)) (then unreachable))
        (global.get $calls))
    (func (export "spin") (param i32) (result i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 0)))"#;

fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.join("command.wat"), COMMAND).unwrap();
    fs::write(folder.join("function.wat"), FUNCTION).unwrap();
    folder
}

fn compile(folder: &Folder, input: &str) {
    let compiled = run(folder.command(precompile()).args(["-q", input]));
    assert_eq!(compiled.code, Some(0), "{}", compiled.stderr);
}

/// Runs a shell's command line, in which `$run` is the runner and `$precompile` the compiler.
fn shell(folder: &Folder, line: &str) -> Ended {
    let mut shell = folder.command("sh");
    run(shell.args(["-c", line]).env("run", runner(Runner::Full)).env("precompile", precompile()))
}

fn json(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap()
}

/// Each call of a command has its own instance and the whole input; its output is thrown away.
#[test]
fn commands_are_measured_anew() {
    let folder = folder();
    compile(&folder, "command.wat");
    let measured = json(&shell(&folder, "echo hello | $run --measure 4 command.cwasm"));
    for field in ["open_and_verify_ns", "engine_ns", "deserialize_ns", "first_call_ns"] {
        assert!(measured[field].as_u64().unwrap() > 0, "{field}: {measured}");
    }
    assert_eq!(measured["instantiate_ns"].as_array().unwrap().len(), 4);
    assert_eq!(measured["steady_calls_ns"].as_array().unwrap().len(), 3);
    assert!(cfg!(not(target_os = "linux")) || measured["peak_memory_bytes"].as_u64().unwrap() > 1 << 20);
    let failed = shell(&folder, "echo nothing | $run --measure 2 command.cwasm");
    assert_eq!(failed.code, Some(9));
    assert!(failed.stderr.contains("run it without `--measure`"), "{}", failed.stderr);
}

/// Calls of a function share an instance.
#[test]
fn functions_are_called_again() {
    let folder = folder();
    compile(&folder, "function.wat");
    let measured = json(&shell(&folder, "$run --measure 2 --invoke count function.cwasm"));
    assert_eq!(measured["instantiate_ns"].as_array().unwrap().len(), 1);
    assert_eq!(measured["steady_calls_ns"].as_array().unwrap().len(), 1);
    let trapped = shell(&folder, "$run --measure 3 --invoke count function.cwasm");
    assert_eq!(trapped.code, Some(134), "{}", trapped.stderr);
}

fn names(report: &Value, list: &str) -> Vec<String> {
    report[list].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

/// All ways are compared, and the page loads no other file.
#[test]
fn every_way_is_compared() {
    let folder = folder();
    let compared = shell(
        &folder,
        "$precompile compare function.wat --invoke spin 1000 --rounds 1 --calls 3 --cpu x86-64-v3 --runner $run \
         --message-format json --html page.html",
    );
    let report = json(&compared);
    let mut expected =
        vec!["winch", "cranelift-none", "cranelift-speed", "cranelift-speed-and-size", "pulley"];
    if cfg!(target_arch = "x86_64") {
        expected.insert(1, "winch x86-64-v3");
        expected.insert(4, "cranelift-speed x86-64-v3");
        assert_eq!(names(&report, "candidates"), expected);
    }
    let speed = &report["candidates"][2];
    for field in ["compile_s", "compile_cpu_s", "process_s", "instantiate_s", "first_call_s", "steady_call_s"]
    {
        assert!(speed[field]["median"].as_f64().unwrap() > 0.0, "{field}: {speed}");
    }
    assert_eq!(speed["steady_call_s"]["samples"].as_array().unwrap().len(), 1, "one for each round");
    assert!(!report["stretches"].as_array().unwrap().is_empty());
    let page = fs::read_to_string(folder.join("page.html")).unwrap();
    for name in expected {
        assert!(page.contains(&format!(">{name}<")), "{name}");
    }
    assert!(!page.contains("http"), "the page loads something");
    assert!(!page.contains("{{") && page.trim_end().ends_with("</html>"), "{page}");
}

/// Each named native way is compared for the CPU level, too.
#[test]
fn named_ways_are_compared_with_a_level() {
    let folder = folder();
    let line = "$precompile compare function.wat --invoke spin 9 --rounds 1 --calls 1 --only cranelift-none,pulley \
                --cpu native --runner $run --message-format json";
    let report = json(&shell(&folder, line));
    assert_eq!(names(&report, "candidates"), ["cranelift-none", "cranelift-none native", "pulley"]);
}

/// A runner that delays one backend's code makes the other backend the cheapest in the end, at the same cost of
/// compiling.
#[test]
fn slow_code_pays_for_few_runs() {
    let folder = folder();
    let script = |slow: &str| {
        let text = format!("#!/bin/sh\ncase \"$*\" in *{slow}*) sleep 0.3;; esac\nexec \"$run\" \"$@\"\n");
        fs::write(folder.join("runner"), text).unwrap();
        fs::set_permissions(folder.join("runner"), fs::Permissions::from_mode(0o755)).unwrap();
        let line = "$precompile compare function.wat --invoke spin 9 --only winch,cranelift-speed --rounds 2 \
                    --runner ./runner --message-format json";
        names(&json(&shell(&folder, line)), "stretches").pop().unwrap()
    };
    assert_eq!(script("/winch"), "cranelift-speed");
    assert_eq!(script("/cranelift-speed"), "winch");
}

/// A way that can't be compared is named with its reason, and doesn't stop the comparison of the others.
#[test]
fn a_way_that_does_not_work_is_named() {
    let folder = folder();
    fs::write(
        folder.join("tail.wat"),
        "(module (func (export \"f\") (return_call 0)) (func (export \"g\")))",
    )
    .unwrap();
    let line = "$precompile compare tail.wat --invoke g --rounds 1 --calls 1 --only winch,cranelift-speed --runner \
                $run --message-format json";
    let report = json(&shell(&folder, line));
    assert_eq!(names(&report, "candidates"), ["cranelift-speed"]);
    assert_eq!(names(&report, "refused"), ["winch"]);
    assert!(report["refused"][0]["why"].as_str().unwrap().contains("tail"), "{report}");
    let none = shell(&folder, "$precompile compare tail.wat --invoke h --runner $run");
    assert_eq!(none.code, Some(1));
    assert!(
        none.stderr.contains("no way works") && none.stderr.contains("there is no function `h`"),
        "{none:?}"
    );
    let unknown = shell(&folder, "$precompile compare tail.wat --only gcc --runner $run");
    assert!(unknown.stderr.contains("`gcc` is none of the ways to compile"), "{unknown:?}");
}

/// An artifact is sent to the runner's place.
#[test]
fn artifacts_are_sent() {
    let folder = folder();
    fs::create_dir_all(folder.join("device/out")).unwrap();
    let script = "#!/bin/sh\ncd device && exec \"$run\" \"$@\"\n";
    fs::write(folder.join("runner"), script).unwrap();
    fs::set_permissions(folder.join("runner"), fs::Permissions::from_mode(0o755)).unwrap();
    let line = "$precompile compare function.wat --invoke spin 9 --only winch --rounds 1 --calls 1 --runner ./runner \
                --out-dir out";
    let lost = shell(&folder, line);
    assert!(lost.stderr.contains("there is no such file"), "{lost:?}");
    let sent = shell(&folder, &format!("{line} --send 'cp {{}} device/{{}}' --message-format json"));
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(folder.join("out/winch.cwasm").exists());
    // The command in the report repeats the comparison, with all necessary quotes.
    let command = json(&sent)["command"].as_str().unwrap().to_owned();
    let again = shell(&folder, &format!("precompile() {{ \"$precompile\" \"$@\"; }}\n{command}"));
    assert_eq!(json(&again)["command"], command.as_str(), "{again:?}");
}

/// A runner that demands signatures measures what is signed, also where it is sent.
#[test]
fn artifacts_are_signed_for_a_runner_that_demands_it() {
    let folder = folder();
    let trusting = "\"$run --trust own.pub\"";
    let compare = |more: &str| {
        let line = format!(
            "$precompile compare --only winch --rounds 1 --invoke spin --runner {trusting} {more} function.wat 9"
        );
        shell(&folder, &line)
    };
    assert_eq!(shell(&folder, "$precompile keygen --no-password -o own.key").code, Some(0));
    let refused = compare("");
    assert!(refused.code == Some(1) && refused.stderr.contains("`signatures` is `unsigned`"), "{refused:?}");
    for more in ["--sign own.key", "--sign own.key --send \"cp {} sent.cwasm\""] {
        let compared = compare(more);
        assert_eq!(compared.code, Some(0), "{compared:?}");
    }
    assert_eq!(shell(&folder, "$precompile verify --trust own.pub sent.cwasm").code, Some(0));
}
