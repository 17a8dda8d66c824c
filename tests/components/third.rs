//! Commands of WASI 0.3, whose functions are asynchronous, beside those of 0.2 that the standard library calls.

use crate::guest::of_guest;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use support::{BACKENDS, Ended, Folder, Runner, runner};

/// A folder with the command, compiled by a backend.
fn folder(backend: &str) -> Folder {
    of_guest("command-p3.wasm", backend)
}

fn run(folder: &Folder, options: &[&str], arguments: &[&str]) -> Ended {
    folder.run(Runner::Full, options.iter().chain(&["app.cwasm"]).chain(arguments))
}

/// Each interface does its work.
#[test]
fn commands_of_wasi_0_3_run() {
    for backend in BACKENDS {
        let folder = folder(backend);
        std::fs::create_dir(folder.join("data")).unwrap();
        for (options, arguments, code, stdout) in [
            (&[][..], &["you"][..], 0, "hello you\n"),
            (&["--env", "NAME=value"], &["environment"], 0, "[(\"NAME\", \"value\")]\n"),
            (&[], &["fail"], 1, ""),
            (&[], &["exit"], 7, ""),
            (&[], &["clocks"], 0, "true true\n"),
            (&[], &["random"], 0, "16 true\n"),
            (&[], &["files"], 0, "no folder\n"),
            (&["--dir", "data::/data"], &["files"], 0, "/data true content [\"new\"]\n"),
            (&["--dir", "data::/data::ro"], &["files"], 0, "ErrorCode::NotPermitted\n"),
            (&[], &["lookup", "localhost"], 0, "Err(ErrorCode::AccessDenied)\n"),
            (
                &["--tcp", "localhost:80"],
                &["lookup", "localhost"],
                0,
                "Ok([IpAddress::Ipv4((127, 0, 0, 1))])\n",
            ),
        ] {
            let ended = run(&folder, options, arguments);
            let addresses = ended.stdout.replace("IpAddress::Ipv6((0, 0, 0, 0, 0, 0, 0, 1)), ", "");
            assert_eq!(
                (ended.code, addresses.as_str()),
                (Some(code), stdout),
                "{backend} {arguments:?}: {ended:?}"
            );
        }
        assert_eq!(run(&folder, &[], &["stderr"]).stderr, "to stderr\n");
    }
}

/// Input arrives as it comes, and its end is seen.
#[test]
fn input_is_a_stream() {
    let folder = folder("winch");
    let mut command = Command::new(runner(Runner::Full));
    command
        .current_dir(folder.path())
        .args(["app.cwasm", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = "a line of input\n".repeat(20_000);
    let sent = text.clone();
    let output = thread::scope(|scope| {
        // Apart, as the output is read meanwhile.
        scope.spawn(move || {
            input.write_all(sent.as_bytes()).unwrap();
            drop(input);
        });
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success() && output.stdout == text.as_bytes(), "{} bytes", output.stdout.len());
}

/// A guest that waits for nothing ends with a trap, and one that waits too long when its time is up.
#[test]
fn a_guest_that_waits_for_ever_ends() {
    let folder = folder("cranelift");
    let ended = run(&folder, &[], &["wait"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
    assert!(ended.stderr.contains("deadlock detected"), "{ended:?}");
    let start = Instant::now();
    let mut command = Command::new(runner(Runner::Full));
    // Its input never ends.
    command.current_dir(folder.path()).args(["--timeout", "500ms", "app.cwasm", "cat"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(124));
    assert!(start.elapsed() < Duration::from_secs(20));
    drop(input);
}

/// A small runner refuses it, and names the features.
#[test]
fn other_runners_name_what_they_lack() {
    let folder = folder("winch");
    let ended = folder.run(Runner::Default, ["app.cwasm"]);
    assert_eq!(ended.code, Some(126), "{ended:?}");
    for feature in ["component-model", "async"] {
        assert!(ended.stderr.contains(&format!("with the feature `{feature}`")), "{ended:?}");
    }
    let ended =
        folder.precompile(["explain", "app.cwasm", "--runner", runner(Runner::Default).to_str().unwrap()]);
    assert!(ended.stdout.contains("use a runner with the feature `wasi-p3`"), "{ended:?}");
}
