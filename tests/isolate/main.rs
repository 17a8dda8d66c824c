//! Tests of `--isolate`: a module that takes too much, or that crashes the compiler, costs only itself.

#![cfg(unix)]

mod answers;
mod planted;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod strict;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use support::{BACKENDS, Ended, Folder, precompile, run};

/// A module with functions of many instructions, each of which needs the result of the one before it.
fn long(functions: usize, instructions: usize) -> String {
    let body =
        "(local.set 0 (i64.rotl (i64.mul (local.get 0) (local.get 1)) (local.get 0)))".repeat(instructions);
    let function = format!("(func (param i64 i64) (result i64) {body} (local.get 0))");
    format!("(module {})", function.repeat(functions))
}

/// Compiles ten good modules and a poisoned one.
fn batch(poison: &str, arguments: &[&str]) -> (Folder, Ended) {
    let folder = Folder::new();
    fs::create_dir(folder.join("in")).unwrap();
    for number in 0..10 {
        let text = format!(r#"(module (func (export "f") (result i32) i32.const {number}))"#);
        folder.write(&format!("in/m{number}.wat"), text);
    }
    folder.write("in/poison.wat", poison);
    let ended = folder.precompile([&["--isolate", "--out-dir", "out", "in"], arguments].concat());
    (folder, ended)
}

/// Checks that all artifacts but the poisoned module's are there, and that the error names the limit.
fn costs_only_itself(folder: &Folder, ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("`in/poison.wat`: ") && ended.stderr.contains(words), "{ended:?}");
    assert!(ended.stderr.contains("of 11 artifacts: 10 compiled, 1 failed"), "{ended:?}");
    let written: Vec<_> = (0..10).map(|number| format!("m{number}.cwasm")).collect();
    let mut found: Vec<_> = fs::read_dir(folder.join("out"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, written);
}

#[test]
fn time_is_limited() {
    for backend in BACKENDS {
        let start = Instant::now();
        let (folder, ended) = batch(&long(2, 400_000), &["--backend", backend, "--timeout", "700ms"]);
        costs_only_itself(&folder, &ended, "longer to compile than the 0.7 s that `--timeout` allows");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[test]
fn memory_is_limited() {
    for backend in BACKENDS {
        let (folder, ended) = batch(&long(1, 400_000), &["--backend", backend, "--max-memory", "64M"]);
        costs_only_itself(&folder, &ended, "than the 67108864 bytes that `--max-memory` allows");
    }
}

#[test]
fn size_is_limited() {
    let (folder, ended) = batch(&long(1, 10_000), &["--max-input-size", "100K"]);
    costs_only_itself(&folder, &ended, "larger than the 102400 bytes that `--max-input-size` allows");
    // The artifact is refused also where it was written before.
    let again = ["--out-dir", "out", "in/poison.wat"];
    assert_eq!(folder.precompile(again).code, Some(0));
    assert_eq!(folder.precompile([&again[..], &["--max-input-size", "100K"]].concat()).code, Some(1));
}

/// Stricter limits of the user stay.
#[test]
fn existing_limits_stay() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    for limit in ["-v 3000000", "-d 1000000", "-n 64", "-f 100000", "-c 0"] {
        let script = format!(r#"ulimit {limit} && exec "$0" "$@""#);
        let mut command = folder.command("sh");
        command.args(["-c", &script]).arg(precompile()).args(["--isolate", "--no-cache", "-j2", "m.wat"]);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{limit}: {ended:?}");
    }
}

/// An input that is larger than the memory limit gives the error about memory, too.
#[test]
fn an_input_beyond_the_memory() {
    for limit in ["1M", "8M", "24M"] {
        let (folder, ended) = batch(&long(1, 100_000), &["--max-memory", limit, "--backend", "winch"]);
        assert_eq!(ended.code, Some(1), "{limit}: {ended:?}");
        assert!(ended.stderr.contains("bytes that `--max-memory` allows"), "{limit}: {ended:?}");
        assert!(!ended.stderr.contains("that was to compile it died"), "{limit}: {ended:?}");
        drop(folder);
    }
}

/// A module may choose any names; they must not be taken for an error about memory.
#[test]
fn a_name_is_no_limit() {
    let folder = Folder::new();
    folder.write("named.wat", r#"(module (func (export "out of memory") (return_call 0)))"#);
    let winch = ["--isolate", "--backend", "winch", "named.wat"];
    let refused = folder.precompile(winch);
    assert!(
        refused.stderr.contains("`tail-call`") && !refused.stderr.contains("--max-memory"),
        "{refused:?}"
    );
    assert_eq!(folder.precompile([&winch[..], &["--fallback", "cranelift"]].concat()).code, Some(0));
}

/// A file that is larger than its reported size is not read beyond the limit, with a cache and without.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_hides_its_size() {
    let folder = Folder::new();
    for more in [&[][..], &["--no-cache"]] {
        let ended =
            folder.precompile([&["--max-input-size", "10", "-o", "out", "/proc/cpuinfo"], more].concat());
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.stderr.contains("larger than the 10 bytes that `--max-input-size` allows"),
            "{ended:?}"
        );
    }
}

/// Isolated processes take no more cores than threads would.
#[test]
#[cfg(target_os = "linux")]
fn threads_are_limited() {
    for (jobs, threads) in [("1", 2), ("3", 4)] {
        let folder = Folder::new();
        folder.write("slow.wat", long(1, 400_000));
        let mut child =
            folder.command(precompile()).args(["--isolate", "-j", jobs, "slow.wat"]).spawn().unwrap();
        let worker = await_child(child.id());
        thread::sleep(Duration::from_millis(400));
        // The first thread, and those of the pool.
        assert_eq!(fs::read_dir(format!("/proc/{worker}/task")).unwrap().count(), threads, "-j {jobs}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// The isolated process is killed, as by a fault of its own.
#[test]
fn a_crash_of_the_process_is_survived() {
    let folder = Folder::new();
    folder.write("poison.wat", long(1, 400_000));
    folder.write("good.wat", "(module)");
    let arguments = ["--isolate", "-j", "1", "poison.wat", "good.wat"];
    let child = folder.command(precompile()).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let victim = await_child(child.id());
    let killed = Command::new("kill").args(["-KILL", &victim.to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("`poison.wat`: the process that was to compile it died (signal: 9"), "{stderr}");
    assert!(folder.join("good.cwasm").exists() && !folder.join("poison.cwasm").exists(), "{stderr}");
}

/// The isolated process ends with the command.
#[test]
fn no_process_is_left_behind() {
    let folder = Folder::new();
    folder.write("slow.wat", long(1, 400_000));
    let mut child = folder.command(precompile()).args(["--isolate", "slow.wat"]).spawn().unwrap();
    let worker = await_child(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while PathBuf::from(format!("/proc/{worker}/stat")).exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "{worker} is still there");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Artifacts, errors and the fallback are the same with and without isolation.
#[test]
fn isolation_makes_no_difference() {
    let folder = Folder::new();
    folder.write("good.wat", long(1, 100));
    folder.write("tail.wat", r#"(module (func (export "f") (return_call 0)))"#);
    folder.write("bad.wat", "(module (func (result i32)))");
    for backend in BACKENDS {
        for arguments in
            [&["good.wat"][..], &["tail.wat"], &["bad.wat"], &["--fallback", "cranelift", "tail.wat"]]
        {
            let play = |more: &[&str]| {
                let _ = fs::remove_file(folder.join("out.cwasm"));
                let common = ["--backend", backend, "--no-cache", "-o", "out.cwasm"];
                let ended = folder.precompile([&common, arguments, more].concat());
                // The time differs.
                let parts =
                    ended.stderr.split(" in 0.").map(|part| part.get(2..).unwrap_or(part).to_string());
                (ended.code, parts.collect::<Vec<_>>(), fs::read(folder.join("out.cwasm")).ok())
            };
            let (here, isolated) = (play(&[]), play(&["--isolate"]));
            assert_eq!(here.0, isolated.0, "{arguments:?}: {:?}", isolated.1);
            assert!(here.2 == isolated.2, "{arguments:?}: the artifacts differ");
            assert_eq!(here.1.last(), isolated.1.last(), "{arguments:?}");
        }
    }
}

/// Waits for a process to start a child, and returns it.
fn await_child(parent: u32) -> u32 {
    let start = Instant::now();
    loop {
        if let Some(process) = child_of(parent) {
            return process;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "no process was started");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The child of a process, if it has one.
fn child_of(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    if let Some(first) = children.split_whitespace().next() {
        return first.parse().ok();
    }
    // Any thread of the process may have started the child.
    fs::read_dir(format!("/proc/{parent}/task")).ok()?.flatten().find_map(|task| {
        let children = fs::read_to_string(task.path().join("children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    })
}
