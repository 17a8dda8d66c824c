//! A mirror of a workspace's sources, in which cargo may write a lock file.
//!
//! Cargo has no stable option for the place of its lock file: it stands beside the manifest of the workspace. So
//! the mirror is a folder that looks the same from inside: each folder on the path to the workspace, from the
//! root of the file system, is a folder in the mirror, and everything else is a link. So every relative path has
//! the same target as in the sources, also that of a package beside the workspace.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of mirrors. Cargo, which gives packages under test a folder of this name, looks for no workspace
/// above it: else it would find the program's.
pub(super) const FOLDER: &str = "target/package";

/// Makes or updates the mirror of a workspace, and returns the workspace's folder in it.
///
/// # Errors
///
/// A link or a file that can't be made.
pub(super) fn make(workspace: &Path, mirrors: &Path) -> io::Result<PathBuf> {
    let mirrored = |folder: &Path| mirrors.join(folder.strip_prefix("/").unwrap_or(folder));
    let mut on_the_way: Vec<_> = workspace.ancestors().collect();
    on_the_way.reverse();
    for (place, folder) in on_the_way.iter().enumerate() {
        let next = on_the_way.get(place + 1).and_then(|next| next.file_name());
        mirror_folder(folder, &mirrored(folder), next.map(OsString::from), mirrors)?;
    }
    let mirror = mirrored(workspace);
    let (lock, copy) = (workspace.join("Cargo.lock"), mirror.join("Cargo.lock"));
    if lock.exists() {
        // A new file, without the lock file's mode: cargo couldn't write to a read-only copy.
        let _ = fs::remove_file(&copy);
        fs::write(copy, fs::read(lock)?)?;
    }
    Ok(mirror)
}

/// Makes links in `here` to the entries of `there`, except the next folder on the way, the lock file, and the
/// folder that holds the mirrors.
fn mirror_folder(there: &Path, here: &Path, next: Option<OsString>, mirrors: &Path) -> io::Result<()> {
    fs::create_dir_all(here)?;
    let mut own: BTreeSet<OsString> = next.into_iter().collect();
    if own.is_empty() {
        own.insert("Cargo.lock".into());
    }
    // An entry that was a link last time may be on the way now, or gone.
    for entry in fs::read_dir(here)? {
        let path = entry?.path();
        if path.is_symlink() {
            fs::remove_file(path)?;
        }
    }
    // The entries of a folder without the right to list them are unknown.
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

    /// Cargo finds no workspace for the guest, although the mirror lies in the program's workspace.
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
        // An update adds new entries, removes old ones, and keeps the lock file.
        fs::rename(guest.join("src"), guest.join("more")).unwrap();
        assert_eq!(make(&guest, &mirrors).unwrap(), mirror);
        let names = ["src", "more", "Cargo.toml", "Cargo.lock"].map(|name| mirror.join(name).exists());
        assert_eq!(names, [false, true, true, true]);
        assert!(!guest.join("Cargo.lock").exists());
    }
}
