//! The WebAssembly proposals that a module or a component uses.
//!
//! [`used`] reads each core module once and notes the proposal behind each construct it meets. What
//! counts as a use is what [`wasmparser::Validator`] asks a proposal for, so the set found is the
//! least under which the validator accepts the module; nothing is type-checked on the way. What a
//! component uses around its modules, the validator itself tells.
//!
//! The set exceeds the least one in two cases. Relaxed SIMD brings SIMD along. And whatever is
//! exact, a type or an imported or exported function, is a use of custom descriptors: the validator
//! does not always ask for the proposal then, but it infers exact types only under it.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;
use wasmparser::{
    AbstractHeapType, BinaryReaderError, HeapType, Parser, Payload, RefType, StorageType, ValType,
    WasmFeatures,
};

mod code;
mod component;
mod find;
mod sections;
mod skim;
#[cfg(test)]
mod tests;

pub(crate) use find::{Use, first_use};

type Result<T, E = BinaryReaderError> = std::result::Result<T, E>;

/// How much code one task reads, in bytes: enough to outweigh the cost of the task.
const CHUNK: usize = 64 << 10;

/// Returns the proposals that the core module or component `wasm`, in binary form, uses.
///
/// It validates under the set if it validates under any. The set always contains
/// [`WasmFeatures::FLOATS`], which is no proposal, and of the component model's flags none for a
/// core module. For a module that is well-formed but not valid, the set is of no use.
///
/// With `parallel`, the current rayon pool shares the functions' bodies.
///
/// # Errors
///
/// If `wasm` is malformed, or a component that is not valid even without its functions' bodies. Of
/// several errors, which one is returned may vary.
pub(crate) fn used(wasm: &[u8], parallel: bool) -> Result<WasmFeatures> {
    match Parser::is_component(wasm) {
        true => component::used(wasm, parallel),
        false => Ok(module(wasm, 0..wasm.len(), parallel)?.settle()),
    }
}

/// Reads the core module that stands at `range` in `wasm`.
fn module(wasm: &[u8], range: Range<usize>, parallel: bool) -> Result<Needs> {
    let payloads = || Parser::new(range.start as u64).parse_all(&wasm[range.clone()]);
    let mut module = sections::Module::new(wasm);
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
    Ok(needs)
}

/// What has been found out so far.
struct Needs {
    features: WasmFeatures,
    /// A reference to a type by its index is in use: either GC or function references allow it.
    indexed: bool,
    /// The types from and to which branches cast. That takes custom descriptors unless it is to a
    /// subtype, which the types of the module decide.
    casts: HashSet<(RefType, RefType)>,
}

impl Needs {
    fn new(features: WasmFeatures) -> Self {
        Self { features, indexed: false, casts: HashSet::new() }
    }

    fn add(&mut self, features: WasmFeatures) {
        self.features |= features;
    }

    fn add_if(&mut self, condition: bool, features: WasmFeatures) {
        if condition {
            self.add(features);
        }
    }

    fn union(mut self, other: Self) -> Self {
        self.features |= other.features;
        self.indexed |= other.indexed;
        self.casts.extend(other.casts);
        self
    }

    /// Decides about casts, once the types of their module are known.
    fn settle_casts<'a>(&mut self, payloads: impl Iterator<Item = Result<Payload<'a>>>) -> Result<()> {
        let casts = std::mem::take(&mut self.casts);
        if !self.features.contains(WasmFeatures::CUSTOM_DESCRIPTORS) && !casts.is_empty() {
            let upward = !code::all_downward(payloads, casts)?;
            self.add_if(upward, WasmFeatures::CUSTOM_DESCRIPTORS);
        }
        Ok(())
    }

    /// Decides what no construct decides alone.
    fn settle(mut self) -> WasmFeatures {
        let indexed = self.indexed && !self.features.contains(WasmFeatures::GC);
        self.add_if(indexed, WasmFeatures::FUNCTION_REFERENCES);
        self.features
    }

    fn val_type(&mut self, ty: ValType) {
        match ty {
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => {}
            ValType::V128 => self.add(WasmFeatures::SIMD),
            ValType::Ref(ty) => self.ref_type(ty),
        }
    }

    fn storage_type(&mut self, ty: StorageType) {
        if let StorageType::Val(ty) = ty {
            self.val_type(ty);
        }
    }

    fn ref_type(&mut self, ty: RefType) {
        use AbstractHeapType::*;
        self.add(WasmFeatures::REFERENCE_TYPES);
        self.exact(ty.heap_type());
        match ty.heap_type() {
            HeapType::Exact(_) => {}
            HeapType::Concrete(_) => self.indexed = true,
            HeapType::Abstract { shared, ty: heap } => {
                self.add_if(shared, WasmFeatures::SHARED_EVERYTHING_THREADS);
                self.add_if(!matches!(heap, Func | Exn), WasmFeatures::GC_TYPES);
                match heap {
                    Func | Extern => {
                        self.add_if(!ty.is_nullable(), WasmFeatures::FUNCTION_REFERENCES);
                    }
                    Any | None | Eq | Struct | Array | I31 | NoExtern | NoFunc => {
                        self.add(WasmFeatures::GC);
                    }
                    Exn | NoExn => self.add(WasmFeatures::EXCEPTIONS),
                    Cont | NoCont => self.add(WasmFeatures::STACK_SWITCHING),
                }
            }
        }
    }

    fn exact(&mut self, ty: HeapType) {
        self.add_if(matches!(ty, HeapType::Exact(_)), WasmFeatures::CUSTOM_DESCRIPTORS);
    }
}
