//! Outputs that are written where they are: devices, pipes, and files that can't be replaced.

use super::content::Content;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Whether something takes what is written, one byte after the other.
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
    OpenOptions::new().write(true).truncate(true).open(path)?.write_all(&bytes)
}

/// Whether a file that can't be replaced for that reason may still be overwritten: it is mounted, or its folder
/// can't be written to.
pub(super) fn is_the_way_out(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Overwrites a file that is there. A part of it doesn't stay where the rest can't be written. `None` where it can't
/// be opened.
pub(super) fn file(path: &Path, content: &Content<'_>, is_named: bool) -> Option<io::Result<()>> {
    let mut file = open(path, is_named)?;
    let mut write = || {
        let bytes = content.read()?;
        file.set_len(0)?;
        file.write_all(&bytes).inspect_err(|_| drop(file.set_len(0)))
    };
    Some(write())
}

/// The file, where the user named it or it has no other name: a link to somebody's else is not written through.
#[cfg(unix)]
fn open(path: &Path, is_named: bool) -> Option<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let no_follow = OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new().write(true).custom_flags(no_follow).open(path).ok()?;
    let there = file.metadata().ok()?;
    (there.is_file() && (is_named || there.nlink() == 1)).then_some(file)
}

#[cfg(not(unix))]
fn open(path: &Path, _: bool) -> Option<File> {
    OpenOptions::new().write(true).open(path).ok()
}
