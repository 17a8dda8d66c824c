//! Ends by a panic.

use crate::failure::Failure;
use std::panic;
use std::process::exit;

/// Has a panic end the process as a failure of this command's: the code that an abort leaves is that of a trap.
pub(crate) fn end_process() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
        if let Some(words) = info.payload_as_str().filter(|words| is_without_thread(words)) {
            exit(Failure::thread(&words).report().into());
        }
        report(info);
        exit(Failure::bug().report().into());
    }));
}

/// The test that a panic is tokio's, behind WASI, which could start no thread: that is no bug.
#[cfg(any(feature = "wasi", feature = "wasi-p2"))]
fn is_without_thread(words: &str) -> bool {
    words.starts_with("OS can't spawn worker thread")
}
