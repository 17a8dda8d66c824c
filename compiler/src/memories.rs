//! How much memory a module or component may come to hold.

use precompile_artifact::manifest::Memories;
use wasmparser::{BinaryReaderError, MemoryType, Parser, Payload};

/// Where a memory says nothing else, its pages have 64 KiB.
const PAGE_SIZE_LOG2: u32 = 16;

/// Sums up the memories that a core module defines, or that the core modules nested in a component
/// define, each module counted once. Memories that a core module imports are not its own, shared
/// ones are like any other. More bytes than a `u64` counts become the most that it counts.
///
/// # Errors
///
/// Where the sections don't parse.
pub(crate) fn read(wasm: &[u8]) -> Result<Memories, BinaryReaderError> {
    let mut sum = Memories { initial_bytes: 0, maximum_bytes: Some(0) };
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::MemorySection(section) = payload? {
            for memory in section {
                let memory = memory?;
                sum.initial_bytes = sum.initial_bytes.saturating_add(bytes(&memory, memory.initial));
                sum.maximum_bytes = sum
                    .maximum_bytes
                    .zip(memory.maximum)
                    .map(|(sum, pages)| sum.saturating_add(bytes(&memory, pages)));
            }
        }
    }
    Ok(sum)
}

fn bytes(memory: &MemoryType, pages: u64) -> u64 {
    let page_size = 1u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE_SIZE_LOG2));
    pages.saturating_mul(page_size.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_summed() {
        const PAGE: u64 = 1 << 16;
        for (text, initial_bytes, maximum_bytes) in [
            ("(module)", 0, Some(0)),
            ("(module (memory 2))", 2 * PAGE, None),
            ("(module (memory 1 3) (memory 0 1))", PAGE, Some(4 * PAGE)),
            ("(module (memory 1 3) (memory 1))", 2 * PAGE, None),
            ("(module (memory 1 2 shared))", PAGE, Some(2 * PAGE)),
            ("(module (memory 5 7 (pagesize 1)))", 5, Some(7)),
            (r#"(module (import "" "" (memory 9)) (memory 1 1))"#, PAGE, Some(PAGE)),
            ("(module (memory i64 1 0x1000000000000))", PAGE, Some(u64::MAX)),
            ("(component)", 0, Some(0)),
            (
                "(component (core module (memory 1 2)) (component (core module (memory 3 4))))",
                4 * PAGE,
                Some(6 * PAGE),
            ),
            ("(component (core module (memory 1 2)) (component (core module (memory 3))))", 4 * PAGE, None),
        ] {
            let memories = read(&wat::parse_str(text).unwrap()).unwrap();
            assert_eq!(memories, Memories { initial_bytes, maximum_bytes }, "{text}");
        }
    }
}
