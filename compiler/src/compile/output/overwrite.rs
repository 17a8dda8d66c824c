//! Outputs that are written where they are: devices, pipes, and files that can't be replaced.

use super::content::Content;
use super::trust::Trust;
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

/// Writes into a device or a pipe. A pipe is waited for until somebody reads it.
pub(super) fn stream(path: &Path, content: &Content<'_>) -> io::Result<()> {
    let bytes = content.read()?;
    OpenOptions::new().write(true).open(path)?.write_all(&bytes)
}

/// Writes into what the process has open under a number, from where that is, so that nothing in it is lost.
pub(super) fn descriptor(number: u32, path: &Path, content: &Content<'_>) -> io::Result<()> {
    let bytes = content.read()?;
    // Where there is no duplicate to be had, at the end.
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

/// The test that a file which can't be replaced for that reason may still be overwritten: it is mounted, or its folder
/// can't be written to.
pub(super) fn is_the_way_out(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// The reason why a file was not overwritten.
pub(super) enum Failure {
    /// It is left as it is: others may read or change it.
    Exposed,
    /// It is left as it is, since the content can't be had, or the file system refuses.
    Io(io::Error),
    /// It is empty now.
    Lost(io::Error),
}

/// Overwrites a file that is there. A part of it doesn't stay where the rest can't be written. `None` where it can't
/// be opened.
pub(super) fn file(path: &Path, content: &Content<'_>, trust: &Trust<'_>) -> Option<Result<(), Failure>> {
    let (mut file, is_open_to_others) = open(path, trust)?;
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

/// The file, and whether it isn't for this output. A file that the user didn't name has no other name: a link to
/// somebody's else is not written through. What came there meanwhile, such as a pipe, isn't waited for.
#[cfg(unix)]
fn open(path: &Path, trust: &Trust<'_>) -> Option<(File, bool)> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().write(true).custom_flags(flags).open(path).ok()?;
    let there = file.metadata().ok()?;
    let is_meant = there.is_file() && (trust.is_named || there.nlink() == 1);
    is_meant.then(|| (file, !trust.admits(&there)))
}

#[cfg(not(unix))]
fn open(path: &Path, _: &Trust<'_>) -> Option<(File, bool)> {
    Some((OpenOptions::new().write(true).open(path).ok()?, false))
}
