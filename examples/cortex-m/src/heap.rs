//! The heap, which counts the bytes in use.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
use embedded_alloc::LlffHeap;

unsafe extern "C" {
    /// The first byte behind all static data, by cortex-m-rt's linker script.
    static __sheap: u8;
    /// The end of the region `RAM`.
    static _ram_end: u8;
}

#[global_allocator]
pub static HEAP: CountedHeap =
    CountedHeap { inner: LlffHeap::empty(), peak: AtomicUsize::new(0), end: AtomicUsize::new(0) };

/// A heap that records its peak use.
pub struct CountedHeap {
    inner: LlffHeap,
    peak: AtomicUsize,
    /// The end of the highest block that was allocated.
    end: AtomicUsize,
}

/// Makes all memory that is left the heap. Call it once, before anything is allocated.
pub fn init() {
    // SAFETY: nobody else uses this memory, as the stack has a region of its own.
    unsafe { HEAP.inner.init(start(), HEAP.bytes()) }
}

fn start() -> usize {
    (&raw const __sheap).addr()
}

impl CountedHeap {
    /// The size of the heap, in bytes.
    pub fn bytes(&self) -> usize {
        (&raw const _ram_end).addr() - start()
    }

    /// The bytes in use now.
    pub fn used(&self) -> usize {
        self.inner.used()
    }

    /// The most bytes that were in use at once.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// The distance from the heap's start to the end of the highest block that was allocated, in bytes, with the gaps.
    pub fn extent(&self) -> usize {
        self.end.load(Ordering::Relaxed).saturating_sub(start())
    }
}

// SAFETY: the inner heap fulfils the contract.
unsafe impl GlobalAlloc for CountedHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises the same.
        let block = unsafe { self.inner.alloc(layout) };
        if !block.is_null() {
            self.peak.fetch_max(self.used(), Ordering::Relaxed);
            self.end.fetch_max(block.addr() + layout.size(), Ordering::Relaxed);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises the same.
        unsafe { self.inner.dealloc(block, layout) }
    }
}
