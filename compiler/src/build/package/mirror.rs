//! Sources in another place, where cargo may write a lock file.
//!
//! Cargo has no stable way to say where its lock file is: it stands beside the manifest of the workspace. So a
//! folder is made that looks the same from inside: each folder on the way to the workspace, from the root of
//! the file system, is a folder here, and whatever else is in it is a link. So all paths lead where they lead
//! from the sources, those of packages beside the workspace, too.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of mirrors. Beyond a folder of this name, which is that of packages under test, cargo looks for no
/// workspace: else it would find the program's.
pub(super) const FOLDER: &str = "target/package";

/// Makes, or brings up to date, the mirror of a workspace. Its folder there.
///
/// # Errors
///
/// Where links can't be made.
pub(super) fn make(workspace: &Path, mirrors: &Path) -> io::Result<PathBuf> {
    let mirrored = |folder: &Path| mirrors.join(folder.strip_prefix("/").unwrap_or(folder));
    let mut on_the_way: Vec<_> = workspace.ancestors().collect();
    on_the_way.reverse();
    for (place, folder) in on_the_way.iter().enumerate() {
        let next = on_the_way.get(place + 1).and_then(|next| next.file_name());
        level(folder, &mirrored(folder), next.map(OsString::from), mirrors)?;
    }
    let mirror = mirrored(workspace);
    let (lock, copy) = (workspace.join("Cargo.lock"), mirror.join("Cargo.lock"));
    if lock.exists() {
        // Anew, and without its mode: one that may not be written to would stay as it is.
        let _ = fs::remove_file(&copy);
        fs::write(copy, fs::read(lock)?)?;
    }
    Ok(mirror)
}

/// Makes links in `here` to what is in `there`, but for the next folder on the way, the lock file, and what
/// the mirrors themselves are in.
fn level(there: &Path, here: &Path, next: Option<OsString>, mirrors: &Path) -> io::Result<()> {
    fs::create_dir_all(here)?;
    let mut own: BTreeSet<OsString> = next.into_iter().collect();
    if own.is_empty() {
        own.insert("Cargo.lock".into());
    }
    // What was a link last time may be on the way now, or gone.
    for entry in fs::read_dir(here)? {
        let path = entry?.path();
        if path.is_symlink() {
            fs::remove_file(path)?;
        }
    }
    // A folder that may only be passed through has nothing to show.
    for entry in fs::read_dir(there).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        if !own.contains(&name) && !mirrors.starts_with(&path) && !here.join(&name).exists() {
            link(&path, &here.join(name))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(there: &Path, here: &Path) -> io::Result<()> {
    match std::os::unix::fs::symlink(there, here) {
        // Another cargo of the same package was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && here.is_symlink() => Ok(()),
        made => made,
    }
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    /// The program's workspace is around the mirror, and the guest has none.
    #[test]
    fn cargo_finds_the_guest_and_no_workspace_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let (program, guest) = (folder.join("program"), folder.join("guest"));
        for package in [&program, &guest] {
            fs::create_dir_all(package.join("src")).unwrap();
            fs::write(package.join("src/lib.rs"), "").unwrap();
        }
        fs::write(program.join("Cargo.toml"), "[package]\nname = 'program'\n[workspace]\n").unwrap();
        fs::write(guest.join("Cargo.toml"), "[package]\nname = 'guest'\nedition = '2024'\n").unwrap();
        let mirrors = program.join("out").join(FOLDER);
        let lock = |mirror: &Path| {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["generate-lockfile", "--quiet", "--offline", "--manifest-path"]);
            assert!(cargo.arg(mirror.join("Cargo.toml")).status().unwrap().success());
            fs::read_to_string(mirror.join("Cargo.lock")).unwrap()
        };
        fs::create_dir_all(&mirrors).unwrap();
        let mirror = make(&guest, &mirrors).unwrap();
        assert!(lock(&mirror).contains("\"guest\""));
        // What is new is there the next time, what is gone isn't, and the lock file stays.
        fs::rename(guest.join("src"), guest.join("more")).unwrap();
        assert_eq!(make(&guest, &mirrors).unwrap(), mirror);
        let names = ["src", "more", "Cargo.toml", "Cargo.lock"].map(|name| mirror.join(name).exists());
        assert_eq!(names, [false, true, true, true]);
        assert!(!guest.join("Cargo.lock").exists());
    }
}
