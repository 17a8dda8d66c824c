//! Guests that change the artifact that they run from, in a folder that they were given: as modules and as components,
//! by both backends, under the artifact's name and through a hard link.

use crate::{DEADLINE, survive};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::rewriter::{ACTIONS, COMPONENT, MODULE, Rewriter};
use support::{BACKENDS, Ended, Folder, Runner, runner};

/// A guest `app.cwasm` in the folder `own`, which acts on the file of this name in the folder that it is given.
fn guest(kind: &Rewriter, action: &str, backend: &str, name: &str) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let compiled = folder.compile("app", &kind.text(action, name), &["--backend", backend]);
    fs::create_dir(folder.join("own")).unwrap();
    let artifact = folder.join("own/app.cwasm");
    fs::rename(compiled, &artifact).unwrap();
    (folder, artifact)
}

fn attack(folder: &Folder, arguments: &[&str]) -> Ended {
    let mut command = Command::new(runner(Runner::Full));
    command.current_dir(folder.path()).args(arguments).stdin(Stdio::null());
    survive(&mut command, DEADLINE).unwrap_or_else(|why| panic!("{arguments:?}: {why}"))
}

/// Calls `play` for each kind of guest, with each action and each backend.
fn each(play: impl Fn(&Rewriter, &str, &str)) {
    for kind in &[MODULE, COMPONENT] {
        for action in ACTIONS {
            BACKENDS.iter().for_each(|backend| play(kind, action, backend));
        }
    }
}

/// The guest changes the file, but not the code that runs.
#[test]
fn an_artifact_in_the_guests_folder() {
    each(|kind, action, backend| {
        for options in [&["--dir", "own"][..], &["--dir", "own::/own", "--measure", "1"]] {
            let (folder, artifact) = guest(kind, action, backend, "app.cwasm");
            let before = fs::read(&artifact).unwrap();
            let ended = attack(&folder, &[options, &["own/app.cwasm"]].concat());
            assert_eq!(ended.code, Some(kind.unchanged), "{backend}, {action}, {options:?}: {ended:?}");
            assert_ne!(fs::read(&artifact).unwrap(), before, "{backend}, {action}");
        }
    });
}

#[test]
fn an_artifact_under_another_name() {
    each(|kind, action, backend| {
        let (folder, artifact) = guest(kind, action, backend, "link");
        fs::create_dir(folder.join("given")).unwrap();
        fs::hard_link(&artifact, folder.join("given/link")).unwrap();
        let before = fs::read(&artifact).unwrap();
        let ended = attack(&folder, &["--dir", "given", "own/app.cwasm"]);
        assert_eq!(ended.code, Some(kind.unchanged), "{backend}, {action}: {ended:?}");
        assert_ne!(fs::read(&artifact).unwrap(), before, "{backend}, {action}");
    });
}

/// A guest that may only read is refused, and its artifact may be mapped.
#[test]
fn an_artifact_in_a_folder_to_be_read() {
    each(|kind, action, backend| {
        for options in [&[][..], &["--map"]] {
            let (folder, artifact) = guest(kind, action, backend, "app.cwasm");
            let before = fs::read(&artifact).unwrap();
            let ended = attack(&folder, &[options, &["--dir", "own::own::ro", "own/app.cwasm"]].concat());
            assert_eq!(ended.code, Some(kind.refused), "{backend}, {action}: {ended:?}");
            assert_eq!(fs::read(&artifact).unwrap(), before, "{backend}, {action}");
        }
    });
}
