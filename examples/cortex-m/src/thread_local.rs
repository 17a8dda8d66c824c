//! The functions that wasmtime asks of a system without virtual memory and signals: one pointer for each thread.
//! There is one thread, and no interrupt calls a guest.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

static POINTER: AtomicPtr<u8> = AtomicPtr::new(null_mut());

// Only asynchronous components use another slot than 0.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(_slot: usize) -> *mut u8 {
    POINTER.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(_slot: usize, pointer: *mut u8) {
    POINTER.store(pointer, Ordering::Relaxed);
}
