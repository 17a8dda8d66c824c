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
