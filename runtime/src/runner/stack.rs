//! The native stack that guests share with the host's functions.

use crate::failure::Failure;
#[cfg(not(any(feature = "limits", feature = "wasi", feature = "wasi-p2")))]
use precompile_runtime::artifact::Code;

/// The part of it that a guest may use, and several times as much for the host's functions, in bytes.
const ENOUGH: usize = 2 << 20;

/// Runs with enough native stack: in a thread that has it where this one's is limited to less, as by
/// `ulimit -s`. The bare runner, which has no threads otherwise, refuses then.
///
/// # Errors
///
/// Where that takes a thread, and none can be started.
pub(crate) fn with_enough(run: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    match limit_bytes() {
        Some(bytes) if bytes < ENOUGH as u64 => in_thread(run),
        _ => run(),
    }
}

#[cfg(not(any(feature = "limits", feature = "wasi", feature = "wasi-p2")))]
fn in_thread(_: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    Err(Failure::own(Code::Thread, || {
        "this process may have less than 2 MiB of stack: raise `ulimit -s`".into()
    }))
}

#[cfg(any(feature = "limits", feature = "wasi", feature = "wasi-p2"))]
fn in_thread(run: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(ENOUGH).spawn_scoped(scope, run);
        let ended = thread.map_err(|error| Failure::thread(&error))?.join();
        // A panic ends the process.
        ended.unwrap_or_else(|_| Err(Failure::bug()))
    })
}

/// The most that this process's first stack may become, in bytes; `None` where it is unlimited, or the system doesn't
/// tell.
#[cfg(unix)]
fn limit_bytes() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Stack).current
}

/// The linker has set it: to more than is enough for guests.
#[cfg(not(unix))]
fn limit_bytes() -> Option<u64> {
    None
}
