//! The memory that a module or component may come to hold.

mod component;
mod instances;
mod sum;
#[cfg(test)]
mod tests;

use component::Component;
use precompile_artifact::manifest::Memories;
use sum::{NONE, defined, plus};
use wasmparser::{BinaryReaderError, Parser, Payload};

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
