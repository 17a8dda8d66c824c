//! Attempts of an isolated process to reach the outside: each layer of the confinement alone stops them, and without
//! any, they succeed.

use std::fs;
use std::io::{Write, stderr};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use support::{Ended, Folder, planted, precompile, run};

const LAYERS: [&str; 3] = ["limits", "Landlock", "seccomp"];

/// An attempt, and the layers that each stop it alone.
struct Attempt {
    verb: &'static str,
    object: String,
    stopped_by: &'static [&'static str],
    /// The first version of Landlock's interface that stops the attempt.
    landlock_abi: u32,
}

/// The command in a folder, with a process that makes this attempt without these layers.
fn command(folder: &Folder, attempt: &str, without: &[&str]) -> Command {
    let mut command = folder.command(planted());
    command.args(["--isolate", "-o", "out.cwasm", "m.wat"]);
    command.env("PRECOMPILE_PLANTED", attempt).env("PRECOMPILE_PLANTED_WITHOUT", without.join(","));
    command
}

/// All layers but one.
fn all_but(layer: &str) -> Vec<&'static str> {
    LAYERS.into_iter().filter(|other| *other != layer).collect()
}

/// Tells whether the attempt succeeded.
fn gets_through(ended: &Ended) -> bool {
    let through = ended.stderr.contains("planted: it gets through");
    let stopped = ["planted: it is stopped", "did what no compiler does", "planted: it can't"];
    assert!(through != stopped.iter().any(|words| ended.stderr.contains(words)), "{ended:?}");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    through
}

fn note(text: &str) {
    // The test harness doesn't capture this stream.
    let _ = writeln!(stderr(), "not tried: {text}");
}

/// The version of Landlock's interface on this machine; 0 where there is none.
fn landlock_abi(stderr: &str) -> u32 {
    stderr
        .split_once("Landlock (ABI ")
        .and_then(|(_, rest)| rest.split(':').next()?.parse().ok())
        .unwrap_or(0)
}

fn attempts(folder: &Folder, address: &str) -> Vec<Attempt> {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
    let attempt = |verb, object: &str, stopped_by, landlock_abi| Attempt {
        verb,
        object: object.into(),
        stopped_by,
        landlock_abi,
    };
    const FILES: &[&str] = &["limits", "Landlock", "seccomp"];
    vec![
        attempt("read", &path(".ssh/id_ed25519"), FILES, 1),
        attempt("write", &path("written"), FILES, 1),
        attempt("list", &path(".ssh"), FILES, 1),
        attempt("remove", &path("removed"), &["Landlock", "seccomp"], 1),
        attempt("start", &path("started"), &["Landlock", "seccomp"], 1),
        attempt("connect", address, FILES, 4),
        attempt("listen", "", FILES, 4),
        attempt("socket", "", &["limits", "seccomp"], 0),
        attempt("environ", "", FILES, 1),
        attempt("memory", "", FILES, 1),
        attempt("trace", "", &["Landlock", "seccomp"], 1),
        attempt("peek", "", &["Landlock", "seccomp"], 1),
        attempt("thread", "", &["seccomp"], 0),
    ]
}

/// No other build has planted attempts.
#[test]
fn no_other_build_has_attempts() {
    let holds = |program: &Path| {
        let (bytes, name) = (fs::read(program).unwrap(), b"PRECOMPILE_PLANTED");
        bytes.windows(name.len()).any(|window| window == name)
    };
    assert!(holds(planted()) && !holds(precompile()));
}

#[test]
fn each_attempt_is_stopped() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    fs::create_dir(folder.join(".ssh")).unwrap();
    folder.write(".ssh/id_ed25519", "secret");
    let ended = run(command(&folder, "compile", &[]).arg("-v").arg("--no-cache"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::remove_file(folder.join("out.cwasm")).unwrap();
    let (abi, seccomp) = (landlock_abi(&ended.stderr), ended.stderr.contains(", seccomp"));
    let holds = |layer: &str, attempt: &Attempt| match layer {
        "Landlock" => abi >= attempt.landlock_abi,
        "seccomp" => seccomp,
        _ => true,
    };
    if abi < 6 {
        note(&format!("the attempts that Landlock alone stops from ABI 6 on: this kernel has ABI {abi}"));
    }
    if !seccomp {
        note("the attempts that seccomp alone stops: this kernel lacks it");
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for attempt in attempts(&folder, &address) {
        let try_it = |without: &[&str]| {
            folder.write("removed", "not yet");
            let ended = run(&mut command(&folder, &format!("{} {}", attempt.verb, attempt.object), without));
            gets_through(&ended)
        };
        let stopped_by: Vec<_> =
            attempt.stopped_by.iter().copied().filter(|layer| holds(layer, &attempt)).collect();
        if !stopped_by.is_empty() {
            assert!(!try_it(&[]), "{} {}", attempt.verb, attempt.object);
        }
        for layer in &stopped_by {
            assert!(!try_it(&all_but(layer)), "{} isn't stopped by {layer}", attempt.verb);
        }
        let touched = ["written", "started"].map(|name| folder.join(name).exists());
        assert_eq!(touched, [false; 2], "{}", attempt.verb);
        assert!(folder.join("removed").exists());
        assert!(!folder.join("out.cwasm").exists());
        // Without any layer, the attempt succeeds.
        if !try_it(&LAYERS) {
            assert!(["trace", "peek"].contains(&attempt.verb), "{} is stopped by nothing", attempt.verb);
            note("tracing this process without confinement: this system lets nobody");
        }
        for name in ["written", "started"] {
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

#[test]
fn no_other_process_is_ended() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    let abi = landlock_abi(&run(command(&folder, "compile", &[]).arg("-v")).stderr);
    let signal = |without: &[&str]| run(command(&folder, "signal", without).arg("--no-cache"));
    assert!(!gets_through(&signal(&[])));
    assert!(!gets_through(&signal(&all_but("seccomp"))));
    match abi {
        6.. => assert!(!gets_through(&signal(&all_but("Landlock")))),
        _ => {
            note(&format!("to be ended by a process that only Landlock confines: this kernel has ABI {abi}"))
        }
    }
    let ended = signal(&LAYERS);
    assert_ne!(ended.code, Some(1), "{ended:?}");
}

#[test]
fn the_environment_is_empty() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    let with = |without: &[&str]| gets_through(&run(&mut command(&folder, "variable", without)));
    assert!(!with(&[]));
    assert!(with(&["environment"]));
}

#[test]
#[cfg(target_os = "linux")]
fn no_descriptor_is_inherited() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    folder.write("open", "by who started it");
    let with = |without: &[&str]| {
        let inner = command(&folder, "descriptor 9", without);
        let mut outer = Command::new("sh");
        outer.args(["-c", r#"exec "$0" "$@" 9< open"#]).arg(inner.get_program()).args(inner.get_args());
        outer.current_dir(folder.path());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        gets_through(&run(&mut outer))
    };
    assert!(!with(&LAYERS));
    assert!(with(&[&LAYERS[..], &["descriptors"]].concat()));
}
