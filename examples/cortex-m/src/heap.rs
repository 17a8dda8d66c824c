//! The heap, which counts what it gives.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
use embedded_alloc::LlffHeap;

unsafe extern "C" {
    /// The first byte behind what is static, by cortex-m-rt's linker script.
    static __sheap: u8;
    /// The end of the region `RAM`.
    static _ram_end: u8;
}

#[global_allocator]
pub static HEAP: CountedHeap =
    CountedHeap { inner: LlffHeap::empty(), peak: AtomicUsize::new(0), end: AtomicUsize::new(0) };

/// A heap that knows how much of it was in use at most.
pub struct CountedHeap {
    inner: LlffHeap,
    peak: AtomicUsize,
    /// The end of the highest block that was given.
    end: AtomicUsize,
}

/// Makes all memory that is left the heap. To be called once, before anything is allocated.
pub fn init() {
    // SAFETY: the memory between them is nobody else's: the stack has a region of its own.
    unsafe { HEAP.inner.init(start(), HEAP.bytes()) }
}

fn start() -> usize {
    (&raw const __sheap).addr()
}

impl CountedHeap {
    /// How large it is, in bytes.
    pub fn bytes(&self) -> usize {
        (&raw const _ram_end).addr() - start()
    }

    /// How much is in use now, in bytes.
    pub fn used(&self) -> usize {
        self.inner.used()
    }

    /// How much was in use at most, in bytes.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// From its start to the end of the highest block that was given, in bytes: with the gaps.
    pub fn extent(&self) -> usize {
        self.end.load(Ordering::Relaxed).saturating_sub(start())
    }
}

// SAFETY: the inner heap does all that counts.
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
