//! Symbolic links at the place of an output.

use super::folder::folder;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// As many links one after the other as the kernel follows.
const MOST_LINKS: usize = 40;

/// The path that links lead to, which may be a file that isn't there, or the name of a descriptor: what the process has open is
/// in no place of its own.
///
/// # Errors
///
/// Where they lead in a circle, or another user can have put one in a folder that all share.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..=MOST_LINKS {
        if descriptor(&path).is_some() {
            return Ok(path);
        }
        match path.symlink_metadata() {
            Ok(link) if link.is_symlink() => {
                if is_strange(&link, &folder(&path).metadata()?) {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
                path = folder(&path).join(path.read_link()?);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The number of the descriptor that a path names, such as `/dev/stdout`, `/dev/fd/3` or `/proc/self/fd/3`: what
/// this process has open.
pub fn descriptor(path: &Path) -> Option<u32> {
    match path.to_str()? {
        "/dev/stdin" => return Some(0),
        "/dev/stdout" => return Some(1),
        "/dev/stderr" => return Some(2),
        _ => {}
    }
    let number = path.file_name()?.to_str()?.parse().ok()?;
    let folder = path.parent()?;
    let is_own = folder == Path::new("/dev/fd")
        || folder == Path::new("/proc/self/fd")
        || folder == Path::new("/proc").join(std::process::id().to_string()).join("fd");
    is_own.then_some(number)
}

/// The test that a link or a file is another user's than the folder's and than this process', in a folder where all may put files:
/// the kernel's `protected_symlinks`, also where that is off.
#[cfg(unix)]
pub(super) fn is_strange(there: &Metadata, folder: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const SHARED: u32 = 0o1002;
    let user = rustix::process::geteuid().as_raw();
    folder.mode() & SHARED == SHARED && there.uid() != folder.uid() && there.uid() != user
}

#[cfg(not(unix))]
pub(super) fn is_strange(_: &Metadata, _: &Metadata) -> bool {
    false
}
