//! How much memory a module or component may come to hold.

mod component;
mod instances;
#[cfg(test)]
mod tests;

use component::Component;
use precompile_artifact::manifest::Memories;
use wasmparser::{BinaryReaderError, MemorySectionReader, MemoryType, Parser, Payload};

/// Where a memory says nothing else, its pages have 64 KiB.
const PAGE_SIZE_LOG2: u32 = 16;

/// Sums up the memories that a core module defines, or that those core modules define which a component
/// instantiates or exports: each as often as that happens, under whichever name it was handed on. Memories that
/// a core module imports are not its own, shared ones are like any other. More bytes than a `u64` counts
/// become the most that it counts.
///
/// There is no maximum where a component instantiates what only its host knows, or where it takes too many steps
/// to count.
///
/// # Errors
///
/// Where the sections don't parse.
pub(crate) fn read(wasm: &[u8]) -> Result<Memories, BinaryReaderError> {
    if Parser::is_component(wasm) {
        let sum = Component::read(wasm)?.as_ref().map(instances::sum);
        return Ok(sum.unwrap_or(Memories { initial_bytes: 0, maximum_bytes: None }));
    }
    let mut sum = NONE;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::MemorySection(section) = payload? {
            sum = plus(sum, defined(section)?);
        }
    }
    Ok(sum)
}

/// No memory.
const NONE: Memories = Memories { initial_bytes: 0, maximum_bytes: Some(0) };

fn plus(a: Memories, b: Memories) -> Memories {
    let maxima = a.maximum_bytes.zip(b.maximum_bytes);
    Memories {
        initial_bytes: a.initial_bytes.saturating_add(b.initial_bytes),
        maximum_bytes: maxima.map(|(a, b)| a.saturating_add(b)),
    }
}

/// What a core module's section of memories defines.
fn defined(section: MemorySectionReader<'_>) -> Result<Memories, BinaryReaderError> {
    section.into_iter().try_fold(NONE, |sum, memory| {
        let memory = memory?;
        let maximum_bytes = memory.maximum.map(|pages| bytes(&memory, pages));
        Ok(plus(sum, Memories { initial_bytes: bytes(&memory, memory.initial), maximum_bytes }))
    })
}

fn bytes(memory: &MemoryType, pages: u64) -> u64 {
    let page_size = 1u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE_SIZE_LOG2));
    pages.saturating_mul(page_size.unwrap_or(u64::MAX))
}
