//! The native stack, which guests share with the host's functions.

use crate::failure::Failure;
#[cfg(not(any(feature = "limits", feature = "wasi-any")))]
use precompile_runtime::artifact::Code;

/// The required stack in bytes: a guest's maximum, and several times as much for the host's functions.
const ENOUGH: usize = 2 << 20;

/// Runs a function with enough native stack. If this thread's stack is limited to less, as by `ulimit -s`, the function
/// runs in a new thread. The bare runner, which has no threads otherwise, refuses to run then.
///
/// # Errors
///
/// If a thread is needed and can't be started.
pub(crate) fn with_enough(run: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    match limit_bytes() {
        Some(bytes) if bytes < ENOUGH as u64 => in_thread(run),
        _ => run(),
    }
}

#[cfg(not(any(feature = "limits", feature = "wasi-any")))]
fn in_thread(_: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    Err(Failure::own(Code::Thread, || {
        "this process may have less than 2 MiB of stack: raise `ulimit -s`".into()
    }))
}

#[cfg(any(feature = "limits", feature = "wasi-any"))]
fn in_thread(run: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(ENOUGH).spawn_scoped(scope, run);
        let ended = thread.map_err(|error| Failure::thread(&error))?.join();
        // A panic ends the process.
        ended.unwrap_or_else(|_| Err(Failure::bug()))
    })
}

/// The limit of the main thread's stack, in bytes; `None` if it is unlimited or unknown.
#[cfg(unix)]
fn limit_bytes() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Stack).current
}

/// On other systems the linker has set the stack's size, to more than enough for guests.
#[cfg(not(unix))]
fn limit_bytes() -> Option<u64> {
    None
}
