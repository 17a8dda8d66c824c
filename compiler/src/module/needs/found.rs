//! The proposals found so far.

use std::collections::HashSet;
use wasmparser::{
    AbstractHeapType, BinaryReaderError, HeapType, RefType, StorageType, ValType, WasmFeatures,
};

pub(super) type Result<T, E = BinaryReaderError> = std::result::Result<T, E>;

/// The proposals found so far.
pub(super) struct Needs {
    pub(super) features: WasmFeatures,
    /// The use of a reference to a type by its index, which either GC or function references allow.
    pub(super) indexed: bool,
    /// The types that branches cast from and to. A cast needs custom descriptors unless it is to a
    /// subtype, which depends on the module's types.
    pub(super) casts: HashSet<(RefType, RefType)>,
}

impl Needs {
    pub(super) fn new(features: WasmFeatures) -> Self {
        Self { features, indexed: false, casts: HashSet::new() }
    }

    pub(super) fn add(&mut self, features: WasmFeatures) {
        self.features |= features;
    }

    pub(super) fn add_if(&mut self, condition: bool, features: WasmFeatures) {
        if condition {
            self.add(features);
        }
    }

    pub(super) fn union(mut self, other: Self) -> Self {
        self.features |= other.features;
        self.indexed |= other.indexed;
        self.casts.extend(other.casts);
        self
    }

    /// The set of proposals, with those that depend on several constructs.
    pub(super) fn settle(mut self) -> WasmFeatures {
        let indexed = self.indexed && !self.features.contains(WasmFeatures::GC);
        self.add_if(indexed, WasmFeatures::FUNCTION_REFERENCES);
        self.features
    }

    pub(super) fn val_type(&mut self, ty: ValType) {
        match ty {
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => {}
            ValType::V128 => self.add(WasmFeatures::SIMD),
            ValType::Ref(ty) => self.ref_type(ty),
        }
    }

    pub(super) fn storage_type(&mut self, ty: StorageType) {
        if let StorageType::Val(ty) = ty {
            self.val_type(ty);
        }
    }

    pub(super) fn ref_type(&mut self, ty: RefType) {
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

    pub(super) fn exact(&mut self, ty: HeapType) {
        self.add_if(matches!(ty, HeapType::Exact(_)), WasmFeatures::CUSTOM_DESCRIPTORS);
    }
}
