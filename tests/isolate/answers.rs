//! Responses of a process that a hostile module has taken over.

use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};
use support::{Ended, Folder, planted, run};

/// Runs the command on `m.wat`, with a process that makes this attempt.
fn with(folder: &Folder, attempt: &str, more: &[&str]) -> Ended {
    let mut command = folder.command(planted());
    command.args(["--isolate", "-o", "out.cwasm", "m.wat"]).args(more).env("PRECOMPILE_PLANTED", attempt);
    // Without limits, the process can read the file that it delivers.
    run(command.env("PRECOMPILE_PLANTED_WITHOUT", "limits,Landlock,seccomp"))
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("m.wat", r#"(module (func (export "f") (result i32) i32.const 1))"#);
    folder
}

/// Checks that the command failed with these words, wrote nothing, and left nothing in the cache.
fn leaves_nothing(folder: &Folder, ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(words), "{ended:?}");
    assert!(!folder.join("out.cwasm").exists());
    let input = if folder.join("m.wasm").exists() { "m.wasm" } else { "m.wat" };
    let good = folder.precompile(["-o", "out.cwasm", input]);
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.stderr.starts_with("compiled "), "{good:?}");
}

/// The encoded head of a response with an artifact of this size, as numbers.
fn head(artifact_bytes: u64) -> String {
    let mut head = vec![2, 0, 0, 0, 0, 0, 0];
    let mut rest = artifact_bytes;
    while rest >= 0x80 {
        head.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    head.push(rest as u8);
    let frame = (head.len() as u32).to_le_bytes().into_iter().chain(head);
    frame.map(|byte| byte.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_response_that_is_too_large_is_not_read() {
    for (attempt, words) in [
        ("flood".to_string(), "gave no answer: it is of 4294967295 bytes, where at most "),
        (format!("swell {}", head(1 << 40)), "it takes more memory to compile than the 67108864 bytes"),
        (format!("swell {}", head(60 << 20)), "made something else: "),
        ("swell 1 0 0 0 77".to_string(), "gave no answer: it makes no sense"),
        ("swell 2 0 0 0 1 7".to_string(), "the process that was to look at it answers another question"),
    ] {
        let folder = folder();
        let more = ["--max-memory", "64M", "--timings", "--message-format", "json"];
        let ended = with(&folder, &attempt, &more);
        let lines: Vec<Value> =
            ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines[0]["error"].as_str().unwrap().contains(words), "{attempt}: {ended:?}");
        // The peak of this test's build, which is a large program.
        if let Some(peak) = lines[1]["usage"]["peak_memory_bytes"].as_u64() {
            assert!(peak < (64 << 20) + (96 << 20), "{attempt}: {peak}");
        }
        leaves_nothing(&folder, &Ended { stderr: words.into(), ..ended }, words);
    }
}

/// An input is not read where there is too little memory to compile it.
#[test]
fn an_input_beyond_the_memory_is_not_read() {
    let folder = Folder::new();
    fs::File::create(folder.join("m.wasm")).unwrap().set_len(3 << 30).unwrap();
    let options = ["--isolate", "--max-memory", "64M", "--timings", "--message-format", "json"];
    for cache in [&[][..], &["--no-cache"]] {
        let ended = folder.precompile([&options[..], cache, &["m.wasm"]].concat());
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let lines: Vec<Value> =
            ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let words = "it is larger than the 67108864 bytes that `--max-memory` allows";
        assert_eq!(lines[0]["error"], words);
        if let Some(peak) = lines[1]["usage"]["peak_memory_bytes"].as_u64() {
            assert!(peak < 160 << 20, "{peak}");
        }
    }
}

#[test]
fn only_the_requested_artifact_is_accepted() {
    const SAME: &str = r#"(module (func (export "f") (result i32) i32.const 1))"#;
    for (name, text, options) in [
        ("other", r#"(module (func (export "f") (result i32) i32.const 2))"#, &[][..]),
        ("otherwise", SAME, &["-W", "fuel=1"]),
        ("winch", SAME, &["--backend", "winch"]),
        // The requested artifact is accepted, with any time that the response claims.
        ("own", SAME, &[]),
    ] {
        let folder = folder();
        folder.wasm("m.wasm", SAME);
        let artifact = folder.compile(name, text, &[options, &["--no-cache"]].concat());
        let mut command = folder.command(planted());
        command.args(["--isolate", "--timings", "-o", "out.cwasm", "m.wasm"]);
        command.env("PRECOMPILE_PLANTED", format!("deliver {}", artifact.to_str().unwrap()));
        let ended = run(command.env("PRECOMPILE_PLANTED_WITHOUT", "limits,Landlock,seccomp"));
        match name {
            "own" => assert_eq!(ended.code, Some(0), "{ended:?}"),
            _ => {
                let words = "made something else: it was compiled from another module or with other options";
                leaves_nothing(&folder, &ended, words);
            }
        }
    }
}

/// The process's message stays within a line of ours, and is at most a screen long.
#[test]
fn no_message_is_forged() {
    let folder = folder();
    let message = "no\nerror: `good.wat`: forged\r\n\u{1b}[2Jwarning: \u{202e}";
    let ended = with(&folder, &format!("say {message}"), &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(lines[..2], ["error: `m.wat`: no", "  error: `good.wat`: forged"]);
    assert!(lines[2].starts_with(r"  \u{1b}[2Jwarning: \u{202e}"), "{ended:?}");
    for attempt in [format!("say {}", "long ".repeat(20_000)), "complain all of this, ".into()] {
        let ended = with(&folder, &attempt, &[]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.len() < 1500, "{}", ended.stderr.len());
    }
}

/// Programs that the process starts may hold its streams open for any time.
#[test]
fn programs_that_are_left_behind_are_not_waited_for() {
    let folder = folder();
    // The build must not count in the time.
    planted();
    let start = Instant::now();
    let ended = with(&folder, "linger 30", &[]);
    assert!(ended.stderr.contains("planted: it gets through"), "{ended:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    leaves_nothing(&folder, &ended, "planted: it gets through");
}

/// The cache remembers no failure of a hostile process: neither a made-up one, nor a real one.
#[test]
fn no_failure_is_remembered() {
    let folder = folder();
    leaves_nothing(&folder, &with(&folder, "say winch can't compile it", &[]), "winch can't compile it");
    folder.write("tail.wat", "(module (func (return_call 0)))");
    let winch = ["--backend", "winch", "tail.wat"];
    let entries = || {
        let stats = folder.precompile(["cache", "stats", "--message-format", "json"]);
        let line = stats.stdout.lines().next().unwrap();
        serde_json::from_str::<Value>(line).unwrap()["entries"].as_u64().unwrap()
    };
    let before = entries();
    assert_eq!(folder.precompile([&["--isolate"], &winch[..]].concat()).code, Some(1));
    assert_eq!(entries(), before);
    // Without isolation, the failure is remembered.
    assert_eq!(folder.precompile(winch).code, Some(1));
    assert_eq!(entries(), before + 1);
}
