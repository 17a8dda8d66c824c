//! Opening a path only if it is a regular file, whatever another user put there meanwhile.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file for reading. With `sets_times`, its times can be set through the handle. A symbolic link is
/// followed if `follows` is set. A pipe is refused without waiting for a writer.
///
/// # Errors
///
/// If the path can't be opened, or isn't a regular file.
pub fn open_regular(path: &Path, follows: bool, sets_times: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Windows alone needs write access to set times.
    options.read(true).write(sets_times && cfg!(windows));
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let link = if follows { OFlags::empty() } else { OFlags::NOFOLLOW };
        options.custom_flags((link | OFlags::NONBLOCK).bits().cast_signed());
    }
    #[cfg(not(unix))]
    let _ = follows;
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file")),
    }
}
