//! A process that compiles and tries to reach what is outside of it: it is stopped, by each of what confines it
//! alone, and gets there without.

use std::fs;
use std::io::{Write, stderr};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use support::{Ended, Folder, planted, precompile, run};

const LAYERS: [&str; 3] = ["limits", "Landlock", "seccomp"];

/// An attempt, and what stops it alone.
struct Attempt {
    verb: &'static str,
    object: String,
    stopped_by: &'static [&'static str],
    /// The version of Landlock's interface that does.
    landlock_abi: u32,
}

/// The command in a folder, with a process that tries this, without these.
fn command(folder: &Folder, attempt: &str, without: &[&str]) -> Command {
    let mut command = folder.command(planted());
    command.args(["--isolate", "-o", "out.cwasm", "m.wat"]);
    command.env("PRECOMPILE_PLANTED", attempt).env("PRECOMPILE_PLANTED_WITHOUT", without.join(","));
    command
}

/// All but one.
fn all_but(layer: &str) -> Vec<&'static str> {
    LAYERS.into_iter().filter(|other| *other != layer).collect()
}

/// Tells whether it got through.
fn gets_through(ended: &Ended) -> bool {
    let through = ended.stderr.contains("planted: it gets through");
    let stopped = ["planted: it is stopped", "did what no compiler does", "planted: it can't"];
    assert!(through != stopped.iter().any(|words| ended.stderr.contains(words)), "{ended:?}");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    through
}

fn note(text: &str) {
    // Where the harness doesn't hold it back.
    let _ = writeln!(stderr(), "not tried: {text}");
}

/// The version of Landlock's interface on this machine; 0 where there is none.
fn landlock_abi(said: &str) -> u32 {
    said.split_once("Landlock (ABI ").and_then(|(_, rest)| rest.split(':').next()?.parse().ok()).unwrap_or(0)
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
        attempt("trace", "", &["Landlock", "seccomp"], 1),
        attempt("peek", "", &["Landlock", "seccomp"], 1),
        attempt("thread", "", &["seccomp"], 0),
    ]
}

/// Nothing is planted in what others build.
#[test]
fn it_is_in_no_other_build() {
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
    let said = run(command(&folder, "compile", &[]).arg("-v").arg("--no-cache"));
    assert_eq!(said.code, Some(0), "{said:?}");
    fs::remove_file(folder.join("out.cwasm")).unwrap();
    let (abi, seccomp) = (landlock_abi(&said.stderr), said.stderr.contains(", seccomp"));
    let holds = |layer: &str, attempt: &Attempt| match layer {
        "Landlock" => abi >= attempt.landlock_abi,
        "seccomp" => seccomp,
        _ => true,
    };
    if abi < 6 {
        note(&format!("what Landlock stops by itself from ABI 6 on: this kernel has ABI {abi}"));
    }
    if !seccomp {
        note("what seccomp stops by itself: it is not to be had here");
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
        // So that this test can fail.
        if !try_it(&LAYERS) {
            assert!(["trace", "peek"].contains(&attempt.verb), "{} is stopped by nothing", attempt.verb);
            note("to trace this process without being confined: this system lets nobody");
        }
        for name in ["written", "started"] {
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

#[test]
fn nobody_else_is_ended() {
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
