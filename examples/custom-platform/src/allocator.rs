//! The allocator, whose memory comes from the host.
//!
//! If the host has none left, a guest's `memory.grow` gets its -1, wasmtime's larger allocations become
//! errors, and any other ends in [`failure`](crate::failure).

use crate::host::{host_allocate, host_free};
use core::alloc::{GlobalAlloc, Layout};

struct Host;

#[global_allocator]
static HOST: Host = Host;

// SAFETY: the host's functions do what their declarations say.
unsafe impl GlobalAlloc for Host {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: a layout's alignment is a power of two.
        unsafe { host_allocate(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that this allocator allocated the memory.
        unsafe { host_free(memory, layout.size(), layout.align()) }
    }
}
