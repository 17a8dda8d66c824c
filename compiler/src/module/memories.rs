//! The memory that a module or component may use.

mod component;
mod instances;
mod sum;
#[cfg(test)]
mod tests;

use component::Component;
use precompile_artifact::manifest::Memories;
use sum::{NONE, defined, plus};
use wasmparser::{BinaryReaderError, Parser, Payload};

/// Sums up the memories that a core module defines, or that the core modules define which a component instantiates
/// or exports. A core module counts once for each time, under any name. Imported memories of a core module don't
/// count, shared ones do. The sum saturates at the largest `u64`.
///
/// There is no maximum if a component instantiates modules that only its host knows, or if counting takes too many
/// steps.
///
/// # Errors
///
/// Sections that don't parse.
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
