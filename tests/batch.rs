//! Many inputs at once, and interrupts in the middle.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use support::{Folder, Runner, SetAtEnd, precompile, run, slow};

const ANSWER: &str = r#"(module (func (export "answer") (result i32) i32.const 42))"#;

/// Of twenty modules the seventh is bad: the others are compiled, and the bad one is named last.
#[test]
fn one_bad_module_among_twenty() {
    let folder = Folder::new();
    let names: Vec<_> = (0..20).map(|n| format!("module-{n:02}.wasm")).collect();
    for (n, name) in names.iter().enumerate() {
        match n {
            7 => drop(folder.write(name, b"\0asm\x01\0\0\0\x0a")),
            _ => drop(folder.wasm(name, ANSWER)),
        }
    }
    for jobs in ["-j1", "-j2", "-j8"] {
        let out = format!("out{jobs}");
        let ended = folder.precompile([jobs, "--out-dir", &out, "."]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let artifacts = fs::read_dir(folder.join(&out)).unwrap().count();
        assert_eq!(artifacts, 19);
        let lines: Vec<_> = ended.stderr.lines().collect();
        assert_eq!(lines.len(), 21, "{ended:?}");
        assert!(lines[19].starts_with("error: `./module-07.wasm`: "), "{ended:?}");
        // One module is a copy of another, and finds its artifact where another thread made it.
        assert!(
            lines[20].starts_with("error: of 20 artifacts: ") && lines[20].ends_with(", 1 failed"),
            "{ended:?}"
        );
    }
}

/// With one thread, modules are compiled in the order of their sizes, the largest first.
#[test]
fn the_largest_comes_first() {
    let folder = Folder::new();
    folder.wasm("a.wasm", ANSWER);
    let named = |bytes| format!("(module (func (export \"{}\")))", "f".repeat(bytes));
    folder.wasm("b.wasm", &named(1000));
    folder.wasm("c.wasm", &named(100));
    let ended = folder.precompile(["-j1", "a.wasm", "b.wasm", "c.wasm"]);
    let order: Vec<_> = ended.stderr.lines().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(order, ["b.wasm", "c.wasm", "a.wasm"]);
}

/// A file that another process writes to while it is read costs only itself: a shrinking file ends no process, and for
/// a changing one, only the artifact of the compiled bytes is stored.
#[test]
#[cfg(unix)]
fn inputs_and_outputs_that_change_while_they_are_read() {
    const LENGTH: u64 = 48 << 20;
    let folder = Folder::new();
    folder.wasm("ok.wasm", ANSWER);
    let big = fs::File::create(folder.join("big.wasm")).unwrap();
    let other = fs::File::create(folder.join("other.cwasm")).unwrap();
    folder.wasm("other.wasm", ANSWER);
    let answers = [1, 2].map(|number| {
        let text = format!(r#"(module (func (export "answer") (result i32) i32.const {number}))"#);
        let name = format!("answer-{number}.wasm");
        folder.wasm(&name, &text);
        (name, number.to_string())
    });
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = SetAtEnd(&ended);
        scope.spawn(|| {
            for turn in 0.. {
                big.set_len(if turn % 2 == 0 { LENGTH } else { 4096 }).unwrap();
                other.set_len(if turn % 2 == 0 { LENGTH } else { 4096 }).unwrap();
                // The file is overwritten, not replaced.
                fs::copy(folder.join(&answers[turn % 2].0), folder.join("changing.wasm")).unwrap();
                if ended.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for turn in 0..30 {
            let isolate = if turn % 3 == 0 { "--isolate" } else { "--verify-inputs" };
            let inputs = ["big.wasm", "other.wasm", "changing.wasm", "ok.wasm"];
            let ran = folder.precompile([&["-q", isolate], &inputs[..]].concat());
            assert!(ran.code.is_some_and(|code| code <= 1) && folder.join("ok.cwasm").exists(), "{ran:?}");
            fs::remove_file(folder.join("ok.cwasm")).unwrap();
        }
    });
    for (name, number) in answers {
        let ended = folder.precompile([&name, "-o", "answer.cwasm"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let ran = folder.run(Runner::Default, ["--invoke", "answer", "answer.cwasm"]);
        assert_eq!(ran.stdout.trim(), number, "{ran:?}");
    }
}

/// An artifact that would not change keeps its time, so that builds that depend on it have nothing to do.
#[test]
fn an_unchanged_output_keeps_its_time_stamp() {
    let folder = Folder::new();
    let artifact = folder.compile("app", ANSWER, &[]);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let date = |name| {
        let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    };
    let compile = |options: &[&str]| folder.precompile([&["app.wasm"], options].concat());
    let modified = || artifact.metadata().unwrap().modified().unwrap();
    // An output older than its input would be built again each time: tests/outputs/times.rs.
    date("app.wasm");
    date("app.cwasm");
    assert_eq!(compile(&[]).code, Some(0));
    assert_eq!(modified(), long_ago);
    assert_eq!(compile(&["-D", "symbols=n"]).code, Some(0));
    assert_ne!(modified(), long_ago);
}

#[cfg(unix)]
fn temporary_files(folder: &Folder) -> Vec<String> {
    folder.names().into_iter().filter(|name| name.starts_with(".precompile-")).collect()
}

/// The command, interrupted at any moment, leaves whole artifacts and nothing else, and ends with 130.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_half_written() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::new();
    let names: Vec<_> = (0..12).map(|n| format!("module-{n:02}.wasm")).collect();
    for (n, name) in names.iter().enumerate() {
        folder.wasm(name, &slow(20 + n));
    }
    let start = Instant::now();
    assert_eq!(folder.precompile(["--backend", "winch", "--quiet", ".", "--out-dir", "whole"]).code, Some(0));
    // Interrupts come from the command's start to a little after its end.
    let total = start.elapsed().min(Duration::from_secs(2));
    let signals = [("INT", 2), ("TERM", 15), ("HUP", 1)];
    let mut interrupted = 0;
    for turn in 0..60_u32 {
        let (name, number) = signals[turn as usize / 2 % signals.len()];
        // An empty cache each time, so that there is something to do.
        let cache = folder.cache().join(turn.to_string());
        let mut command = folder.command(precompile());
        command.args(["--backend", "winch", "--quiet", "."]).env("PRECOMPILE_CACHE_DIR", &cache);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // Interrupt at any moment, or at the first write to the cache.
        let id = child.id().to_string();
        let script = match turn % 2 {
            0 => format!("sleep {}; kill -{name} {id}", (total * turn / 54).as_secs_f64()),
            _ => format!("until [ -d '{}' ]; do :; done; kill -{name} {id}", cache.join("v1/temp").display()),
        };
        let mut killer = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).spawn().unwrap();
        let status = child.wait().unwrap();
        killer.kill().unwrap();
        killer.wait().unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let artifacts: Vec<_> = folder.names().into_iter().filter(|name| name.ends_with(".cwasm")).collect();
        match (status.code(), status.signal()) {
            (Some(0), None) => assert_eq!(artifacts.len(), names.len()),
            (Some(130), None) => interrupted += 1,
            // Before the command listens, the signal ends it as any other program; it has written nothing then.
            (None, Some(signal)) if signal == number => {
                assert!(artifacts.is_empty() && !cache.exists(), "{name} after {turn}");
            }
            _ => panic!("{status:?}, {name} after {turn}: {stderr}"),
        }
        assert_eq!(stderr, "", "{name} after {turn}");
        assert_eq!(temporary_files(&folder), [""; 0], "{name} after {turn}");
        let in_cache = fs::read_dir(cache.join("v1/temp")).map_or(0, Iterator::count);
        assert_eq!(in_cache, 0, "{name} after {turn}");
        for name in &artifacts {
            let whole = fs::read(folder.join("whole").join(name)).unwrap();
            assert!(fs::read(folder.join(name)).unwrap() == whole, "{name} is not whole");
            fs::remove_file(folder.join(name)).unwrap();
        }
    }
    assert!(interrupted > 5, "it was interrupted {interrupted} times only");
    // The look for temporary files finds a planted one.
    folder.write(".precompile-planted", "half");
    assert_eq!(temporary_files(&folder), [".precompile-planted"]);
}

/// A terminal gets a progress bar, and no artifact.
#[cfg(target_os = "linux")]
#[test]
fn terminals_get_a_progress_bar() {
    let folder = Folder::new();
    for n in 0..6 {
        folder.wasm(&format!("module-{n}.wasm"), &slow(100));
    }
    let on_terminal = |arguments: &str| {
        let line = format!("{} {arguments}", precompile().display());
        // A terminal that can show a bar, whatever this test runs on.
        run(folder.command("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm"))
    };
    let ended = on_terminal("-j1 --no-cache .");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("█") && ended.stdout.contains("/6"), "{ended:?}");
    assert!(!on_terminal("-j1 --no-cache --quiet .").stdout.contains("█"));
    let ended = on_terminal("module-0.wasm -o -");
    assert!(ended.code == Some(2) && ended.stdout.contains("no text for a terminal"), "{ended:?}");
}

/// Make reads the dependency file, whatever the names in it.
#[cfg(unix)]
#[allow(clippy::print_stdout, reason = "what can't run says so")]
#[test]
fn make_reads_the_dependency_file() {
    let folder = Folder::new();
    let name = "a b:c$d#e.wasm";
    folder.wasm(name, ANSWER);
    let ended = folder.precompile(["-q", name, "-o", "out put.cwasm", "--depfile", "deps"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let question = || Command::new("make").args(["-q", "-f", "deps"]).current_dir(folder.path()).output();
    let Ok(fresh) = question() else {
        println!("not run: there is no make on this machine");
        return;
    };
    assert_eq!(fresh.status.code(), Some(0), "{fresh:?}");
    // With a newer input, make has something to do, but no recipe for it.
    let later = SystemTime::now() + Duration::from_secs(10);
    fs::File::options().write(true).open(folder.join(name)).unwrap().set_modified(later).unwrap();
    fs::write(folder.join("deps"), fs::read_to_string(folder.join("deps")).unwrap() + "\tfalse\n").unwrap();
    assert_eq!(question().unwrap().status.code(), Some(1));
}
