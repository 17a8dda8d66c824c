//! A planted fault, for the test that must find it: a store whose files appear before they are complete.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// Writes a file in place, slowly.
pub(crate) fn place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for part in bytes.chunks(bytes.len().div_ceil(8).max(1)) {
        file.write_all(part)?;
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
