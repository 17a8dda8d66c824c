//! Ends by a panic.

use crate::failure::Failure;
use std::panic;
use std::process::exit;

/// Has a panic end the process as a failure of this command's: the code that an abort leaves is that of a trap.
///
/// Where no thread can be started, the libraries behind WASI panic, which is no bug.
pub(crate) fn end_process() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let words = info.payload_as_str().unwrap_or_default();
        let failure = if words.contains("spawn") && words.contains("thread") {
            Failure::thread(&words)
        } else {
            report(info);
            Failure::bug()
        };
        exit(failure.report().into());
    }));
}
