//! The processor's features, an allocator, and the panic handler.

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use core::ptr;
use dlmalloc::{Allocator, Dlmalloc};
use raw_cpuid::CpuId;

pub(crate) fn has_feature(name: &str) -> Option<bool> {
    let features = CpuId::new().get_feature_info()?;
    match name {
        "sse3" => Some(features.has_sse3()),
        "ssse3" => Some(features.has_ssse3()),
        "sse4.1" => Some(features.has_sse41()),
        "sse4.2" => Some(features.has_sse42()),
        "fma" => Some(features.has_fma()),
        _ => None,
    }
}

unsafe extern "C" {
    fn host_pages(bytes: usize) -> *mut u8;
    fn host_fail(reason: *const u8, bytes: usize) -> !;
}

/// The host's pages, which are never given back.
struct Pages;

// SAFETY: each allocation is memory that nobody else has.
unsafe impl Allocator for Pages {
    fn alloc(&self, bytes: usize) -> (*mut u8, usize, u32) {
        // SAFETY: the function takes any number.
        match unsafe { host_pages(bytes) } {
            memory if memory.is_null() => (ptr::null_mut(), 0, 0),
            memory => (memory, bytes, 0),
        }
    }
    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }
    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }
    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }
    fn can_release_part(&self, _: u32) -> bool {
        false
    }
    fn allocates_zeros(&self) -> bool {
        true
    }
    fn page_size(&self) -> usize {
        4096
    }
}

struct Global;

/// The allocator. The program has one thread.
static mut DLMALLOC: Dlmalloc<Pages> = Dlmalloc::new_with_allocator(Pages);

#[global_allocator]
static GLOBAL: Global = Global;

#[allow(static_mut_refs, reason = "there is one thread")]
// SAFETY: dlmalloc keeps to its own contract, and there is one thread.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: there is one thread.
        unsafe { DLMALLOC.malloc(layout.size(), layout.align()) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: there is one thread, and the caller promises the rest.
        unsafe { DLMALLOC.free(memory, layout.size(), layout.align()) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: there is one thread, and the caller promises the rest.
        unsafe { DLMALLOC.realloc(memory, layout.size(), layout.align(), size) }
    }
}

#[panic_handler]
fn fail(info: &PanicInfo<'_>) -> ! {
    let text = alloc::format!("{info}");
    // SAFETY: the bytes live as long as the call.
    unsafe { host_fail(text.as_ptr(), text.len()) }
}
