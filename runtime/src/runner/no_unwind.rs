//! The functions of libgcc that the standard library and wasmtime call to unwind, in a runner without unwind tables.
//!
//! Nothing unwinds in such a runner: a panic ends the process, and wasmtime finds the frames of guests by their pointers.
//! So it needs no `libgcc_s.so.1`, whose loading is a tenth of the time that a small guest takes from start to exit.
//!
//! The types are those of the [Itanium C++ ABI](https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html), with pointers for
//! all structures, of which none is read.

#![allow(non_snake_case, reason = "the names are libgcc's")]

use std::arch::global_asm;
use std::ffi::{c_int, c_void};
use std::process::abort;

/// `_URC_END_OF_STACK`: there are no frames.
const END_OF_STACK: c_int = 5;

type Context = *const c_void;

/// Defines functions with C linkage. They are hidden from shared libraries, so that those of a plugin keep libgcc's.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {$(
        global_asm!(concat!(".hidden ", stringify!($name)));
        // SAFETY: libgcc's function has this type, and isn't linked.
        #[unsafe(no_mangle)]
        extern "C" fn $name($($argument: $type),*) $(-> $result)? $body
    )*};
}

functions! {
    // A backtrace of a panic is empty.
    fn _Unwind_Backtrace(_step: *const c_void, _argument: *mut c_void) -> c_int { END_OF_STACK }
    // Unwind tables of guests, for unwinding through them.
    fn __register_frame(_table: *const c_void) {}
    fn __deregister_frame(_table: *const c_void) {}
    // The rest is called while something unwinds.
    fn _Unwind_Resume(_exception: *mut c_void) -> ! { abort() }
    fn _Unwind_GetIP(_context: Context) -> usize { abort() }
    fn _Unwind_GetIPInfo(_context: Context, _before: *mut c_int) -> usize { abort() }
    fn _Unwind_SetIP(_context: Context, _value: usize) { abort() }
    fn _Unwind_SetGR(_context: Context, _register: c_int, _value: usize) { abort() }
    fn _Unwind_GetRegionStart(_context: Context) -> usize { abort() }
    fn _Unwind_GetTextRelBase(_context: Context) -> usize { abort() }
    fn _Unwind_GetDataRelBase(_context: Context) -> usize { abort() }
    fn _Unwind_GetLanguageSpecificData(_context: Context) -> *mut c_void { abort() }
}
