//! The function of libgcc by which the standard library finds the frames of a panic, in a shared library without unwind
//! tables.
//!
//! No frame is found there without tables. Link-time optimisation sees that of this function, and leaves out all that
//! would print a backtrace, a fifth of the library. `scripts/install-c.py` sets the condition `no_backtrace`, for the
//! shared library alone: in a static one, the program around it would get this function, too.

use std::arch::global_asm;
use std::ffi::{c_int, c_void};

// The function isn't exported, so that the rest of the process keeps libgcc's.
global_asm!(".hidden _Unwind_Backtrace");

/// `_URC_END_OF_STACK`: there are no frames.
const END_OF_STACK: c_int = 5;

// SAFETY: libgcc's function has this type.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(_step: *const c_void, _argument: *mut c_void) -> c_int {
    END_OF_STACK
}
