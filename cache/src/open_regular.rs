//! Opening a regular file, and nothing that another put in its place since it was looked at.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file, to be read, and with `is_to_change` to be given another time. A link is followed where
/// `follows` says so; a pipe is not waited for.
///
/// # Errors
///
/// Where there is no such file.
pub fn open_regular(path: &Path, follows: bool, is_to_change: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Unlike others, Windows changes no times of what was opened to be read.
    options.read(true).write(is_to_change && cfg!(windows));
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
