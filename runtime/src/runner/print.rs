//! Printing to standard output.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use std::io::Write;

/// Prints a text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| Failure::own(Code::Output, || format!("can't write to standard output: {error}")))
}

/// Prints a line to standard error. Where that is impossible, the service goes on.
#[cfg(feature = "serve")]
pub(crate) fn tell(text: &str) {
    use precompile_runtime::artifact::EscapedLines;
    // Names of files may contain any characters.
    let _ = std::io::stderr().write_all(format!("{}\n", EscapedLines(text)).as_bytes());
}
