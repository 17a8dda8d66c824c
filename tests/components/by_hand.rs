//! Components that are written by hand, and call each function of WASI 0.3 through the canonical ABI.

use crate::guest::of_guest;
use std::io::Write;
use std::process::Stdio;
use support::{BACKENDS, Ended, Folder, Runner, runner};

/// Calls a function, whose arguments are in WAVE, with options of the runner.
fn call(folder: &Folder, options: &[&str], call: &[&str]) -> Ended {
    let (function, arguments) = call.split_first().unwrap();
    let invoke = ["--invoke", function, "app.cwasm"];
    folder.run(Runner::Full, options.iter().chain(&invoke).chain(arguments))
}

/// The text that a function returns.
fn text(folder: &Folder, options: &[&str], of: &[&str]) -> String {
    let ended = call(folder, options, of);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{of:?}: {ended:?}");
    ended.stdout.trim_end().into()
}

/// The number that a function returns.
fn number(folder: &Folder, of: &[&str]) -> u64 {
    text(folder, &[], of).parse().unwrap()
}

#[test]
fn cli() {
    for backend in BACKENDS {
        let folder = of_guest("wasi3/cli.wat", backend);
        let text = |options: &[&str], function: &str| text(&folder, options, &[function]);
        assert_eq!(text(&["--env", "A=1"], "get-environment"), r#"[("A", "1")]"#);
        assert_eq!(text(&[], "get-arguments"), r#"["app.cwasm"]"#);
        assert_eq!(text(&[], "get-initial-cwd"), "none");
        assert_eq!(text(&[], "terminals"), "(false, false, false)");
        assert_eq!(text(&[], "read"), r#""""#);
        let ended = call(&folder, &[], &["write-out", r#""written\n""#]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "written\ntrue\n"), "{ended:?}");
        let ended = call(&folder, &[], &["write-err", r#""written\n""#]);
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("true\n", "written\n"), "{ended:?}");
        for (of, code) in [(["exit", "ok"], 0), (["exit", "err"], 1), (["exit-with-code", "42"], 42)] {
            assert_eq!(call(&folder, &[], &of).code, Some(code), "{backend} {of:?}");
        }
        let ended = folder.run(Runner::Full, ["app.cwasm"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "a command\n"), "{backend}: {ended:?}");
    }
}

#[test]
fn standard_input() {
    let folder = of_guest("wasi3/cli.wat", "winch");
    let mut command = folder.command(runner(Runner::Full));
    command.args(["--invoke", "read", "app.cwasm"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"some words").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\"some words\"\n");
}

#[test]
fn clocks() {
    for backend in BACKENDS {
        let folder = of_guest("wasi3/clocks.wat", backend);
        for function in ["wait-until", "wait-for"] {
            assert!(number(&folder, &[function, "20000000"]) >= 20_000_000, "{backend} {function}");
        }
        for function in ["get-resolution", "system-resolution"] {
            assert!(number(&folder, &[function]) > 0, "{backend} {function}");
        }
        let now = text(&folder, &[], &["system-now"]);
        let seconds = now.strip_prefix("{seconds: ").and_then(|rest| rest.split(',').next());
        assert!(seconds.unwrap().parse::<u64>().unwrap() > 1_700_000_000, "{now}");
    }
}

#[test]
fn random() {
    for backend in BACKENDS {
        let folder = of_guest("wasi3/random.wat", backend);
        for function in ["get-random-bytes", "get-insecure-random-bytes"] {
            let bytes = text(&folder, &[], &[function, "16"]);
            assert_eq!(bytes.split(", ").count(), 16, "{backend} {function}: {bytes}");
            assert_ne!(bytes, text(&folder, &[], &[function, "16"]), "{backend} {function}");
        }
        for function in ["get-random-u64", "get-insecure-random-u64"] {
            assert_ne!(number(&folder, &[function]), number(&folder, &[function]), "{backend} {function}");
        }
        let seed = text(&folder, &[], &["get-insecure-seed"]);
        assert_eq!(seed.split(", ").count(), 2, "{seed}");
    }
}

#[test]
fn filesystem() {
    for backend in BACKENDS {
        let folder = of_guest("wasi3/filesystem.wat", backend);
        std::fs::create_dir(folder.join("data")).unwrap();
        let options = ["--dir", "data::/data"];
        let hash = text(&folder, &options, &["metadata-hash"]);
        assert!(hash.starts_with("ok({lower: "), "{hash}");
        let (first, second) =
            ("timestamp({seconds: 1000, nanoseconds: 0})", "timestamp({seconds: 2000, nanoseconds: 0})");
        for (of, result) in [
            (&["get-directories"][..], r#""/data""#),
            (&["write-via-stream", r#""content""#, "0"], "ok"),
            (&["append-via-stream", r#"", and more""#], "ok"),
            (&["read-via-stream", "3"], r#""tent, and more""#),
            (&["advise", "0", "4", "sequential"], "ok"),
            (&["sync-data"], "ok"),
            (&["sync"], "ok"),
            (&["get-flags"], "ok({read, write})"),
            (&["get-type"], "ok(regular-file)"),
            (&["set-size", "4"], "ok"),
            (&["set-times", "no-change", first], "ok"),
            (&["metadata-hash-at", r#""file""#], &hash),
            (&["create-directory-at", r#""sub""#], "ok"),
            (&["create-directory-at", r#""sub""#], "err(exist)"),
            (&["link-at", r#""file""#, r#""sub/link""#], "ok"),
            (&["rename-at", r#""sub/link""#, r#""renamed""#], "ok"),
            (&["symlink-at", r#""file""#, r#""symlink""#], "ok"),
            (&["readlink-at", r#""symlink""#], r#"ok("file")"#),
            (&["is-same-object"], "(true, false)"),
        ] {
            assert_eq!(text(&folder, &options, of), result, "{backend} {of:?}");
        }
        let has = |of: &[&str], words: &str| {
            let text = text(&folder, &options, of);
            assert!(text.contains(words), "{backend} {of:?}: {text}");
        };
        has(&["stat"], "size: 4, ");
        has(&["stat"], "data-modification-timestamp: some({seconds: 1000, nanoseconds: 0})");
        assert_eq!(text(&folder, &options, &["set-times-at", r#""file""#, first, second]), "ok");
        has(&["stat-at", r#""file""#], "data-modification-timestamp: some({seconds: 2000, nanoseconds: 0})");
        for name in ["file", "renamed", "sub", "symlink"] {
            has(&["read-directory"], &format!("name: \"{name}\""));
        }
        for (of, result) in [
            (["unlink-file-at", r#""renamed""#], "ok"),
            (["unlink-file-at", r#""renamed""#], "err(no-entry)"),
            (["remove-directory-at", r#""sub""#], "ok"),
        ] {
            assert_eq!(text(&folder, &options, &of), result, "{backend} {of:?}");
        }
        let refused = text(&folder, &["--dir", "data::/data::ro"], &["create-directory-at", r#""new""#]);
        assert_eq!(refused, "err(not-permitted)", "{backend}");
    }
}

#[test]
fn sockets() {
    for backend in BACKENDS {
        let folder = of_guest("wasi3/sockets.wat", backend);
        // The number of the first call that went wrong.
        assert_eq!(text(&folder, &["--tcp", "127.0.0.1"], &["tcp"]), "0", "{backend}");
        assert_eq!(text(&folder, &["--udp", "127.0.0.1"], &["udp"]), "0", "{backend}");
        assert_eq!(text(&folder, &[], &["tcp"]), "1", "{backend}");
        assert_eq!(text(&folder, &[], &["udp"]), "1", "{backend}");
        let look_up = |options: &[&str]| text(&folder, options, &["resolve-addresses", r#""localhost""#]);
        assert_eq!(look_up(&[]), "err(access-denied)", "{backend}");
        assert!(look_up(&["--tcp", "localhost:80"]).contains("ipv4((127, 0, 0, 1))"), "{backend}");
    }
}
