//! `wasi:config` and `wasi:keyvalue`, by a component whose arguments are calls.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use support::{BACKENDS, Ended, Folder, Runner, root, runner};

/// A folder with the component, compiled by a backend with these options besides.
fn folder(backend: &str, options: &[&str]) -> Folder {
    let folder = Folder::new();
    let module = root().join("tests/guests/stores-p2.wasm");
    let arguments = ["--backend", backend, module.to_str().unwrap(), "-o", "app.cwasm"];
    let ended = folder.precompile(arguments.iter().chain(options));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    folder
}

fn run(folder: &Folder, options: &[&str], calls: &[&str]) -> Ended {
    // The component imports both.
    let both = ["--config", "A=1", "--keyvalue"];
    folder.run(Runner::Full, both.iter().chain(options).chain(&["app.cwasm"]).chain(calls))
}

/// The answers to calls, one after the other.
#[track_caller]
fn assert_answers(folder: &Folder, options: &[&str], answers: &[(&str, &str)]) {
    let (calls, expected): (Vec<_>, Vec<_>) = answers.iter().copied().unzip();
    let ended = run(folder, options, &calls);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), expected, "{ended:?}");
}

#[test]
fn variables_are_those_of_the_command_line() {
    for backend in BACKENDS {
        let folder = folder(backend, &[]);
        let options = ["--config", "B=b=c", "--config=EMPTY=", "--config", "A=2"];
        let all = r#"Ok([("A", "2"), ("B", "b=c"), ("EMPTY", "")])"#;
        assert_answers(
            &folder,
            &options,
            &[
                ("config A", r#"Ok(Some("2"))"#),
                ("config EMPTY", r#"Ok(Some(""))"#),
                ("config a", "Ok(None)"),
                ("configs", all),
            ],
        );
    }
}

/// Each function does its work, by both backends, and in a component with concurrency.
#[test]
fn keys_have_values() {
    for backend in BACKENDS {
        for concurrency in ["concurrency-support=n", "concurrency-support"] {
            let folder = folder(backend, &["-W", concurrency]);
            assert_answers(
                &folder,
                &["--keyvalue-data", "given=1=2", "--keyvalue-data", "n=41"],
                &[
                    ("open ", "Ok(())"),
                    ("open other", "Err(Error::NoSuchStore)"),
                    ("get given", "1=2"),
                    ("get a", "none"),
                    ("exists a", "false"),
                    ("set a first", "()"),
                    ("set a second", "()"),
                    ("get a", "second"),
                    ("exists a", "true"),
                    ("increment n 1", "42"),
                    ("get n", "42"),
                    ("increment new 7", "7"),
                    (
                        "increment a 1",
                        r#"Error::Other("the value is no number: `increment` takes decimal digits")"#,
                    ),
                    (
                        "increment n 18446744073709551615",
                        r#"Error::Other("the number would be too large: it has 64 bits")"#,
                    ),
                    ("get n", "42"),
                    ("list", "a,given,n,new in 1"),
                    ("list-from 18446744073709551615", "[]"),
                    ("delete given", "()"),
                    ("delete given", "()"),
                    ("get given", "none"),
                    ("set-many a=third b=fourth c=", "()"),
                    ("get-many c nothing b a b", "c= none b=fourth a=third b=fourth"),
                    ("delete-many a nothing b", "()"),
                    ("get-many", ""),
                    ("list", "c,n,new in 1"),
                ],
            );
        }
    }
}

/// A store takes what fits, by the options or by default, and then no more.
#[test]
fn stores_are_bounded() {
    let folder = folder("winch", &[]);
    for (options, call, count, limit) in [
        (&[][..], "fill 65536", 254, 16 << 20),
        (&["--max-memory", "8M"], "fill 65536", 127, 8 << 20),
        (&["--max-keyvalue", "1M"], "fill 0", 4037, 1 << 20),
        (&["--max-keyvalue", "1M", "--max-memory", "64M"], "fill 1048576", 0, 1 << 20),
        (&["--max-keyvalue", "32M", "--max-memory", "8M"], "fill 65536", 509, 32 << 20),
    ] {
        let ended = run(&folder, options, &[call]);
        let start = format!(
            "{count} then Error::Other(\"the store is full: it may take {limit} bytes, and would take "
        );
        assert!(ended.stdout.starts_with(&start), "{options:?}: {ended:?}");
    }
    assert_answers(
        &folder,
        &["--max-keyvalue", "1K"],
        &[
            // Those before the one that doesn't fit are kept.
            (
                "set-many a=1 b=2 c=3 d=4 e=5",
                "Error::Other(\"the store is full: it may take 1024 bytes, and would take 1032 with this entry\")",
            ),
            ("list", "a,b,c in 1"),
            ("delete b", "()"),
            ("increment d 4", "4"),
            ("list", "a,c,d in 1"),
        ],
    );
    let ended = run(&folder, &["--max-keyvalue", "1M"], &["fill 0", "list"]);
    assert!(ended.stdout.ends_with("\n4037 in 5\n"), "{ended:?}");
}

/// A guest that takes all it gets has no more memory of the host than its store may, whether it stores long values or
/// many keys. A larger store shows that the measurement works.
#[test]
#[cfg(target_os = "linux")]
fn memory_of_the_host_is_bounded_in_fact() {
    for backend in BACKENDS {
        let folder = folder(backend, &[]);
        let none = peak(&folder, "1K", "fill 0");
        for call in ["fill 65536", "fill 0"] {
            // An allocator may round a size up by a quarter.
            let is_bounded = |size: &str| peak(&folder, size, call) < none + (48 << 10);
            assert!(is_bounded("32M"), "{backend} {call}");
            assert!(!is_bounded("128M"), "{backend} {call}");
        }
    }
}

/// The peak memory of a process whose guest makes a call with a store of a size, in KiB.
#[cfg(target_os = "linux")]
fn peak(folder: &Folder, size: &str, call: &str) -> u64 {
    let mut command = Command::new(runner(Runner::Full));
    command.current_dir(folder.path()).args(["--config", "A=1", "--keyvalue", "--max-keyvalue", size]);
    command.args(["app.cwasm", call, "wait"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("the store is full"), "{line}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
    peak
}

/// A guest whose memory has no room for an answer traps, and the host makes no copies of the values. Handles are bounded
/// as others are.
#[test]
fn hostile_calls_end_within_the_limits() {
    let folder = folder("cranelift", &[]);
    let ended = run(&folder, &["--max-memory", "64M"], &["fill 1048576", "repeat 10 0", "repeat 100000 0"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
    assert!(ended.stdout.ends_with("\n10\n"), "{ended:?}");
    let ended = run(&folder, &["--max-memory", "16M"], &["handles"]);
    assert!(ended.stdout.contains(r#" then Error::Other("resource table has no free keys"#), "{ended:?}");
}

/// Elements of a list may all be the same long string: a call reads no more of them than the guest could have.
#[test]
fn a_call_for_many_keys_ends_within_the_limits() {
    let folder = folder("cranelift", &[]);
    let ended = run(&folder, &["--max-memory", "16M"], &["alias 10 1000000", "alias 1000 1000000"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(134), "()\n"), "{ended:?}");
    assert!(ended.stderr.contains("have more bytes than a call of the host may take"), "{ended:?}");
}

/// Each call that is measured has a store of its own.
#[test]
fn measured_guests_share_nothing() {
    let folder = folder("winch", &[]);
    let ended = run(&folder, &["--measure", "3"], &["new key"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = run(&folder, &["--measure", "3", "--keyvalue-data", "key=1"], &["new key"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
}
