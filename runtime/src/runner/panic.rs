//! Ending by a panic.

use crate::failure::Failure;
use std::panic;
use std::process::exit;

/// Has a panic end the process with the exit code of a runner's failure. The exit code of an abort is that of a trap.
pub(crate) fn end_process() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
        if let Some(message) = info.payload_as_str().filter(|message| is_missing_thread(message)) {
            exit(Failure::thread(&message).report().into());
        }
        report(info);
        exit(Failure::bug().report().into());
    }));
}

/// Returns true for the panic of tokio if it can't start a thread, which is no bug.
#[cfg(any(feature = "wasi", feature = "wasi-p2"))]
fn is_missing_thread(message: &str) -> bool {
    message.starts_with("OS can't spawn worker thread")
}
