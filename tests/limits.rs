//! Tests of the limits of `precompile-run` on a guest: fuel, time and memory; and of its end by a signal.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{BACKENDS, Ended, Folder, Runner, runner};

/// A guest with functions that loop for ever, count down, grow memory, and wait for input.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2) (table 0 funcref)
    (data (i32.const 0) "\08\00\00\00\01\00\00\00!")
    (func $started (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "loop") call $started (loop (br 0)))
    (func (export "read") call $started (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "count") (param i32) (result i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 0))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "grow_table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#;

/// The guest in a folder of its own, compiled with these settings.
fn compile(backend: &str, settings: &[&str]) -> Folder {
    let folder = Folder::new();
    let arguments: Vec<_> = ["--backend", backend].iter().chain(settings).copied().collect();
    folder.compile("app", GUEST, &arguments);
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Ended {
    folder.run(Runner::Default, arguments)
}

#[test]
fn fuel() {
    for backend in BACKENDS {
        let folder = compile(backend, &["-W", "fuel"]);
        let ended = run(&folder, &["--fuel", "10000", "--invoke", "count", "app.cwasm", "1000"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0\n"), "{ended:?}");
        let ended = run(&folder, &["--fuel", "1000", "--invoke", "count", "app.cwasm", "1000"]);
        assert_eq!(ended.code, Some(134), "{ended:?}");
        assert!(ended.stderr.contains("used up the fuel that `--fuel` gives it"), "{ended:?}");
        // Without the option, fuel is unlimited.
        let ended = run(&folder, &["--invoke", "count", "app.cwasm", "1000000"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0\n"), "{ended:?}");
    }
}

/// The remedy in the error works.
#[test]
fn fuel_is_refused_where_none_is_consumed() {
    let folder = compile("cranelift", &[]);
    let arguments = ["--fuel", "10000", "--invoke", "count", "app.cwasm", "1000"];
    let ended = run(&folder, &arguments);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(126), ""), "{ended:?}");
    assert!(ended.stderr.contains("compile it with `-W fuel`"), "{ended:?}");
    folder.compile("app", GUEST, &["-W", "fuel"]);
    assert_eq!(run(&folder, &arguments).code, Some(0));
}

/// A guest ends when its time is up, compiled for interruption or not, in its own code or in a call of the host.
#[test]
fn timeout() {
    for backend in BACKENDS {
        for settings in [&[][..], &["-W", "epoch-interruption"]] {
            let folder = compile(backend, settings);
            for function in ["loop", "read"] {
                let mut child = start(&folder, &["--timeout", "300ms", "--invoke", function, "app.cwasm"]);
                let begin = Instant::now();
                let ended = end(&mut child);
                let took = begin.elapsed();
                assert_eq!(ended.code, Some(124), "{backend} {settings:?} {function}: {ended:?}");
                assert!(ended.stderr.starts_with("error: the guest did not end "), "{ended:?}");
                assert!(took < Duration::from_secs(5), "{backend} {settings:?} {function}: {took:?}");
                // An interruption tells where the guest was.
                let interrupted = ended.stderr.contains("wasm backtrace");
                assert_eq!(interrupted, function == "loop" && !settings.is_empty(), "{ended:?}");
            }
        }
    }
}

/// A timeout changes nothing for a guest that ends in time.
#[test]
fn a_guest_that_ends_in_time() {
    for backend in BACKENDS {
        let folder = compile(backend, &["-W", "epoch-interruption"]);
        for timeout in [&["--timeout", "1m"][..], &[]] {
            let count = ["--invoke", "count", "app.cwasm", "1000"];
            let ended = folder.run(Runner::Default, timeout.iter().chain(&count));
            assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0\n"), "{ended:?}");
        }
    }
}

#[test]
fn memory() {
    for backend in BACKENDS {
        let folder = compile(backend, &[]);
        let grow = |limit, function, amount, expected| {
            let ended = run(&folder, &["--max-memory", limit, "--invoke", function, "app.cwasm", amount]);
            assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), expected), "{backend}: {ended:?}");
        };
        grow("192K", "grow", "1", "2\n");
        grow("192K", "grow", "2", "-1\n");
        // A table takes a pointer for each element.
        grow("192K", "grow_table", "8192", "0\n");
        grow("192K", "grow_table", "8193", "-1\n");
        let ended = run(&folder, &["--max-memory", "131071", "--invoke", "grow", "app.cwasm", "0"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(125), ""), "{ended:?}");
        let words =
            "starts with 131072 bytes of memory and tables, more than the 131071 that `--max-memory` allows";
        assert!(ended.stderr.contains(words), "{ended:?}");
    }
}

/// SIGTERM ends the process by the system's own action.
#[test]
#[cfg(unix)]
fn sigterm() {
    use std::os::unix::process::ExitStatusExt;
    for backend in BACKENDS {
        let folder = compile(backend, &[]);
        for function in ["loop", "read"] {
            let mut child = start(&folder, &["--invoke", function, "app.cwasm"]);
            let mut written = [0];
            child.stdout.as_mut().unwrap().read_exact(&mut written).unwrap();
            let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
            assert!(kill.success());
            let (begin, _open) = (Instant::now(), child.stdin.take());
            assert_eq!(child.wait().unwrap().signal(), Some(15), "{backend} {function}");
            assert!(begin.elapsed() < Duration::from_secs(5));
        }
    }
}

/// The timeout includes everything that a run waits for: an artifact that is a pipe, and the input that is read
/// before a measurement.
#[test]
#[cfg(unix)]
fn time_runs_from_the_start() {
    let folder = compile("cranelift", &[]);
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let count = ["--invoke", "count", "app.cwasm", "10"];
    for arguments in [&["pipe"][..], &["--measure", "1", "pipe"], &[&["--measure", "1"], &count[..]].concat()]
    {
        let all = [&["--timeout", "300ms"], arguments].concat();
        let mut child = start(&folder, &all);
        // A run that hangs is killed.
        let id = child.id().to_string();
        let ended = Command::new("sh").args(["-c", "sleep 20; kill -KILL $0", &id]).spawn();
        assert_eq!(end(&mut child).code, Some(124), "{arguments:?}");
        let mut killer = ended.unwrap();
        let _ = (killer.kill(), killer.wait());
    }
}

/// A limit that a build or an artifact can't have is an error that names the way to have it.
#[test]
fn wrong_limits() {
    let folder = compile("cranelift", &[]);
    for (option, value, words) in [
        ("--fuel", "-1", "`-1` is no amount of fuel"),
        ("--fuel", "+1", "`+1` is no amount of fuel"),
        ("--timeout", "soon", "`soon` is no duration"),
        ("--timeout", "-1s", "`-1s` is no duration"),
        ("--timeout", "1d", "give a whole number of seconds, or one with us, ms, s, m or h"),
        ("--max-memory", "1TB", "`1TB` is no size"),
    ] {
        let ended = run(&folder, &[option, value, "app.cwasm"]);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.contains(words), "{ended:?}");
    }
    for option in ["--fuel=1", "--timeout=1", "--max-memory=1"] {
        let ended = folder.run(Runner::Bare, [option, "app.cwasm"]);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.contains("use one with the feature `limits`"), "{ended:?}");
    }
}

/// A build without limits also runs artifacts that were compiled for them.
#[test]
fn without_limits() {
    let folder = Folder::new();
    let text = r#"(module (func (export "_start") (local i32)
        (local.set 0 (i32.const 1000))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;
    for backend in BACKENDS {
        folder.compile("app", text, &["--backend", backend, "-W", "fuel,epoch-interruption"]);
        let ended = folder.run(Runner::Bare, ["app.cwasm"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    }
}

/// Starts the runner, with a standard input that stays open and empty.
fn start(folder: &Folder, arguments: &[&str]) -> Child {
    Command::new(runner(Runner::Default))
        .current_dir(folder.path())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end of a process, with its standard input open.
fn end(child: &mut Child) -> Ended {
    let _open = child.stdin.take();
    let code = child.wait().unwrap().code();
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    Ended { code, stdout, stderr }
}

/// A growth that fails before the limit is checked gives nothing back of the granted memory.
#[test]
fn memory_can_not_be_grown_past_its_limit_in_steps() {
    let text = r#"(module (memory $m 1) (memory $tiny 1 (pagesize 1))
        (func (export "grow") (result i32) (local $n i32)
            (loop $again
                (drop (memory.grow $m (i32.const 8)))
                (drop (memory.grow $tiny (i32.const -1)))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (i32.const 100))))
            (memory.size $m)))"#;
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", text, &["--backend", backend]);
        let ended = folder.run(Runner::Default, ["--max-memory", "1M", "--invoke", "grow", "app.cwasm"]);
        let pages: u32 = ended.stdout.trim().parse().unwrap();
        assert!((1..16).contains(&pages), "{backend}: {ended:?}");
    }
}

/// The timeout ends a run also where nobody reads stderr, and the guest and the runner are blocked.
#[cfg(unix)]
#[test]
fn time_is_up_where_stderr_is_full() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (i32.store (i32.const 4) (i32.const 4096))
            (loop (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 16))) (br 0))))"#;
    for settings in [&[][..], &["-W", "epoch-interruption"]] {
        let folder = Folder::new();
        let app = folder.compile("app", text, settings);
        let mut command = Command::new(runner(Runner::Default));
        command.args(["--timeout", "200ms"]).arg(app).stderr(Stdio::piped());
        let start = Instant::now();
        // The stderr of the child is held open, and never read.
        let mut child = command.spawn().unwrap();
        let code = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            if start.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(code, Some(124), "{settings:?}");
    }
}
