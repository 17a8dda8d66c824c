//! Symbolic links at the place of an output.

use super::folder::folder;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// The number of links one after the other that the kernel follows.
const MOST_LINKS: usize = 40;

/// The path that links lead to. It may be missing, or name a descriptor of this process, which has no path of its own.
///
/// # Errors
///
/// Links in a circle, or a link that another user may have put into a shared folder.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..=MOST_LINKS {
        if descriptor(&path).is_some() {
            return Ok(path);
        }
        match path.symlink_metadata() {
            Ok(link) if link.is_symlink() => {
                if is_foreign(&link, &folder(&path).metadata()?) {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
                path = folder(&path).join(path.read_link()?);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The number of this process's descriptor that a path names, such as `/dev/stdout`, `/dev/fd/3` or
/// `/proc/self/fd/3`.
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

/// The test that a link or a file in a folder that all may write to belongs neither to the folder's user nor to this
/// process's: the kernel's `protected_symlinks`, even if that is off.
#[cfg(unix)]
pub(super) fn is_foreign(there: &Metadata, folder: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const SHARED: u32 = 0o1002;
    let user = rustix::process::geteuid().as_raw();
    folder.mode() & SHARED == SHARED && there.uid() != folder.uid() && there.uid() != user
}

#[cfg(not(unix))]
pub(super) fn is_foreign(_: &Metadata, _: &Metadata) -> bool {
    false
}
