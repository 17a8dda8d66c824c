//! An artifact on a file system that is mounted with `noexec`: its copy runs, and mapping it is an error that tells
//! why.

#![cfg(target_os = "linux")]

use std::io::{Write, stderr};
use std::process::Command;
use support::{Folder, Runner, run, runner};

/// Runs a shell's words in a mount namespace with such a file system at `mounted`, which holds the artifact.
fn mounted(folder: &Folder, words: &str) -> support::Ended {
    let script = format!("mount -t tmpfs -o noexec none mounted && cp answer.cwasm mounted && {words}");
    let mut command = Command::new("unshare");
    command.current_dir(folder.path()).args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    command.arg("sh").arg(runner(Runner::Default));
    run(&mut command)
}

#[test]
fn an_artifact_that_cannot_be_mapped() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("mounted")).unwrap();
    folder.compile("answer", r#"(module (func (export "answer") (result i32) (i32.const 42)))"#, &[]);
    if !Command::new("unshare").arg("--version").output().is_ok_and(|it| it.status.success())
        || mounted(&folder, "true").code != Some(0)
    {
        // The test harness doesn't capture this stream.
        let _ = stderr()
            .write_all(b"an_artifact_that_cannot_be_mapped: not run, as `unshare` can't mount here\n");
        return;
    }
    let ended = mounted(&folder, r#""$1" --invoke answer mounted/answer.cwasm"#);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "42\n"), "{ended:?}");
    let ended = mounted(&folder, r#""$1" --map --invoke answer mounted/answer.cwasm"#);
    assert_eq!(ended.code, Some(125), "{ended:?}");
    assert!(ended.stderr.contains("can be mapped to be executed (`noexec`): open a copy of it"), "{ended:?}");
}
