//! Outputs that are written in place: devices, pipes, and files that can't be replaced.

use super::content::Content;
use super::owners::Owners;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The test for a stream, which takes one byte after the other.
#[cfg(unix)]
pub(super) fn is_stream(there: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    there.file_type().is_fifo() || there.file_type().is_char_device()
}

#[cfg(not(unix))]
pub(super) fn is_stream(_: &Metadata) -> bool {
    false
}

/// Writes to a device or a pipe. For a pipe, this waits until a reader opens it.
pub(super) fn stream(path: &Path, content: &Content<'_>) -> io::Result<()> {
    let bytes = content.read()?;
    OpenOptions::new().write(true).open(path)?.write_all(&bytes)
}

/// Writes to the process's descriptor of this number, at its current position, so that nothing in its file is lost.
pub(super) fn descriptor(number: u32, path: &Path, content: &Content<'_>) -> io::Result<()> {
    let bytes = content.read()?;
    // If the descriptor can't be duplicated, the content is appended.
    let file = duplicate(number).or_else(|_| OpenOptions::new().append(true).open(path));
    file?.write_all(&bytes)
}

#[cfg(target_os = "linux")]
fn duplicate(number: u32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    let number = number.try_into().map_err(io::Error::other)?;
    Ok(pidfd_getfd(own, number, PidfdGetfdFlags::empty())?.into())
}

#[cfg(not(target_os = "linux"))]
fn duplicate(_: u32) -> io::Result<File> {
    Err(ErrorKind::Unsupported.into())
}

/// The test for an error after which a file may be overwritten, though it can't be replaced: it is mounted, or its
/// folder can't be written to.
pub(super) fn is_allowed_after(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// The reason why a file was not overwritten.
pub(super) enum Failure {
    /// Other users may read or change the file, which is unchanged.
    Exposed,
    /// The content can't be read, or the file system refuses; the file is unchanged.
    Io(io::Error),
    /// The file is empty now.
    Lost(io::Error),
}

/// Overwrites an existing file. If it can't be written in whole, it is emptied. `None` if it can't be opened.
pub(super) fn file(path: &Path, content: &Content<'_>, owners: &Owners<'_>) -> Option<Result<(), Failure>> {
    let (mut file, is_open_to_others) = open(path, owners)?;
    if is_open_to_others {
        return Some(Err(Failure::Exposed));
    }
    let mut write = || {
        let bytes = content.read().map_err(Failure::Io)?;
        file.set_len(0).map_err(Failure::Io)?;
        file.write_all(&bytes).inspect_err(|_| drop(file.set_len(0))).map_err(Failure::Lost)
    };
    Some(write())
}

/// Opens the file; the flag is `true` if it is open to other users. A file that the user didn't name must have no other
/// name: a hard link to another user's file isn't written to. A pipe that was put there meanwhile doesn't block.
#[cfg(unix)]
fn open(path: &Path, owners: &Owners<'_>) -> Option<(File, bool)> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().write(true).custom_flags(flags).open(path).ok()?;
    let there = file.metadata().ok()?;
    let is_meant = there.is_file() && (owners.is_named || there.nlink() == 1);
    is_meant.then(|| (file, !owners.admits(&there)))
}

#[cfg(not(unix))]
fn open(path: &Path, _: &Owners<'_>) -> Option<(File, bool)> {
    Some((OpenOptions::new().write(true).open(path).ok()?, false))
}
