//! The time of an output whose content is already right.

use precompile_cache::open_regular;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Sets a file's time to `read`, or to `inputs` if that is later, if the file is older than `inputs`. Returns `true` if
/// it was. Only a link that the user named is followed.
pub(super) fn freshen(path: &Path, is_named: bool, inputs: SystemTime, read: SystemTime) -> io::Result<bool> {
    // Most files aren't older, and needn't be opened.
    if path.metadata()?.modified()? >= inputs {
        return Ok(false);
    }
    let file = open_regular(path, is_named, true)?;
    // The inputs' clock may be ahead of this machine's.
    file.set_modified(read.max(inputs))?;
    Ok(true)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::compile::output::content::Content;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// A pipe that another user put there meanwhile doesn't block.
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        let (done, waiting) = mpsc::channel();
        thread::spawn(move || {
            let later = SystemTime::now() + Duration::from_secs(60);
            let _ = done.send(freshen(&pipe, true, later, later).unwrap_or(false));
            let _ = done.send(Content::Bytes(b"").is_in(&pipe, |_| true));
        });
        for _ in 0..2 {
            assert_eq!(waiting.recv_timeout(Duration::from_secs(10)), Ok(false));
        }
    }

    #[test]
    fn a_link_that_nobody_named_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        std::fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let later = SystemTime::now() + Duration::from_secs(60);
        assert!(freshen(&link, false, later, later).is_err());
        assert!(!Content::Bytes(b"").is_in(&link, |_| true));
        assert!(freshen(&link, true, later, later).unwrap());
    }
}
