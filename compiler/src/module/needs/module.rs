//! The scan of a core module.

use super::found::{Needs, Result};
use super::sections::Module;
use precompile_artifact::manifest::Memories;
use rayon::prelude::*;
use std::ops::Range;
use wasmparser::{Parser, Payload};

/// The number of bytes of code that one task reads: enough to outweigh the cost of the task.
pub(super) const CHUNK: usize = 64 << 10;

/// Reads the core module at `range` in `wasm`: its needs, and the memories that it defines.
pub(super) fn read(wasm: &[u8], range: Range<usize>, parallel: bool) -> Result<(Needs, Memories)> {
    let payloads = || Parser::new(range.start as u64).parse_all(&wasm[range.clone()]);
    let mut module = Module::new(wasm);
    let mut bodies = Vec::new();
    for payload in payloads() {
        match payload? {
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => module.section(payload)?,
        }
    }
    let known = module.needs.features;
    let chunk = if parallel { CHUNK } else { usize::MAX };
    let mut needs = bodies
        .par_chunk_by(|a, b| a.range().start / chunk == b.range().start / chunk)
        .map(|bodies| {
            let mut needs = Needs::new(known);
            bodies.iter().try_for_each(|body| needs.body(body))?;
            Ok(needs)
        })
        .try_reduce(|| Needs::new(known), |a, b| Ok(a.union(b)))?
        .union(module.needs);
    needs.settle_casts(payloads())?;
    Ok((needs, module.defined))
}
