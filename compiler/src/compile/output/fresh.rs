//! The time of a file that is right as it is.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Makes a file as new as `read`, and no older than `inputs`, if it is older than `inputs`. Says whether it was.
pub(super) fn freshen(path: &Path, inputs: SystemTime, read: SystemTime) -> io::Result<bool> {
    if path.metadata()?.modified()? >= inputs {
        return Ok(false);
    }
    // The inputs' clock may be ahead of this machine's.
    File::open(path)?.set_modified(read.max(inputs))?;
    Ok(true)
}
