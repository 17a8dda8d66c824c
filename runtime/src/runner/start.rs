//! The start of a runner that is built for size, which the C library calls in the place of the standard library's.
//!
//! The standard library asks for the bounds of the first thread's stack, to say so if it overflows. The C library reads
//! `/proc/self/maps` for the answer, which is a tenth of the time that a small guest takes from start to exit. All else
//! that the standard library does is done here, too, but that it gives the first thread a name.

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio::{stderr, stdin, stdout};
use std::ffi::{c_char, c_int};
use std::io::Write;
use std::os::fd::IntoRawFd;
use std::process::abort;

/// `SIGPIPE`, on all architectures of Linux.
const SIGPIPE: c_int = 13;
/// `SIG_IGN`, on all systems.
const IGNORE: usize = 1;

// SAFETY: the C library has these functions. A handler is an address or one of a few numbers.
unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    #[cfg(not(feature = "plugin"))]
    fn _exit(code: c_int) -> !;
}

// SAFETY: nothing else has the name, which the C library calls with these types.
#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    open_standard_streams();
    // SAFETY: ignoring a signal runs no code. A write to a pipe without a reader is an error then.
    unsafe { signal(SIGPIPE, IGNORE) };
    let code = super::command();
    // If it can't be written, the error was reported already.
    let _ = std::io::stdout().flush();
    // Nothing is left to do, and freeing the memory of a process takes its time. Plugins may have something to do.
    #[cfg(not(feature = "plugin"))]
    // SAFETY: the function ends the process.
    unsafe {
        _exit(code.into())
    };
    #[cfg(feature = "plugin")]
    code.into()
}

/// Opens `/dev/null` in the place of each standard stream that is closed: the next file that is opened would be taken for
/// it. Without `/dev/null` the process ends.
fn open_standard_streams() {
    for stream in [stdin(), stdout(), stderr()] {
        if fcntl_getfd(stream) == Err(Errno::BADF) {
            // It gets the lowest number that is free, which is this stream's.
            match open(c"/dev/null", OFlags::RDWR, Mode::empty()) {
                Ok(opened) => _ = opened.into_raw_fd(),
                Err(_) => abort(),
            }
        }
    }
}
