//! Sums of memories.

use precompile_artifact::manifest::Memories;
use wasmparser::MemoryType;

/// The default size of a memory's pages: 64 KiB.
const PAGE_SIZE_LOG2: u32 = 16;

/// No memory.
pub(crate) const NONE: Memories = Memories { initial_bytes: 0, maximum_bytes: Some(0) };

/// The sum of two sets of memories.
pub(crate) fn plus(a: Memories, b: Memories) -> Memories {
    let maxima = a.maximum_bytes.zip(b.maximum_bytes);
    Memories {
        initial_bytes: a.initial_bytes.saturating_add(b.initial_bytes),
        maximum_bytes: maxima.map(|(a, b)| a.saturating_add(b)),
    }
}

/// The size of a memory.
pub(crate) fn size(memory: &MemoryType) -> Memories {
    let maximum_bytes = memory.maximum.map(|pages| bytes(memory, pages));
    Memories { initial_bytes: bytes(memory, memory.initial), maximum_bytes }
}

fn bytes(memory: &MemoryType, pages: u64) -> u64 {
    let page_size = 1u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE_SIZE_LOG2));
    pages.saturating_mul(page_size.unwrap_or(u64::MAX))
}
