//! The scan of function bodies.

use std::collections::HashSet;

use wasmparser::{
    BlockType, FunctionBody, HeapType, Payload, RefType, ValidPayload, Validator, VisitOperator,
    VisitSimdOperator, WasmFeatures, WasmModuleResources,
};

use super::found::{Needs, Result};
use super::skim;

/// The proposals that some encodings of instructions need: wide or padded offsets, memory indices,
/// padded table indices. Without the proposal, the reader refuses the encoding.
pub(super) const ENCODINGS: [WasmFeatures; 3] =
    [WasmFeatures::MEMORY64, WasmFeatures::MULTI_MEMORY, WasmFeatures::CALL_INDIRECT_OVERLONG];

impl Needs {
    /// Finds out if the casts use custom descriptors, once the module's types are known.
    pub(super) fn settle_casts<'a>(
        &mut self,
        payloads: impl Iterator<Item = Result<Payload<'a>>>,
    ) -> Result<()> {
        let casts = std::mem::take(&mut self.casts);
        if !self.features.contains(WasmFeatures::CUSTOM_DESCRIPTORS) && !casts.is_empty() {
            let upward = !all_downward(payloads, casts)?;
            self.add_if(upward, WasmFeatures::CUSTOM_DESCRIPTORS);
        }
        Ok(())
    }

    /// Reads a function with the encodings known to be in use. If that fails, reads it again to find the
    /// other encodings that it uses.
    pub(super) fn body(&mut self, body: &FunctionBody) -> Result<()> {
        if self.skim(body)? {
            return Ok(());
        }
        let unknown = WasmFeatures::from_iter(ENCODINGS).difference(self.features);
        if self.read(body, unknown).is_err() {
            self.read(body, WasmFeatures::empty())?;
            for encoding in ENCODINGS {
                let needed = self.read(body, encoding).is_err();
                self.add_if(needed, encoding);
            }
        }
        Ok(())
    }

    /// Reads a function by the fast path. Returns `false` if the function needs the decoder.
    fn skim(&mut self, body: &FunctionBody) -> Result<bool> {
        let mut locals = body.get_locals_reader()?.into_iter();
        for local in &mut locals {
            self.val_type(local?.1);
        }
        let mut code = locals.into_operators_reader().get_binary_reader();
        let features = skim::skim(code.read_bytes(code.bytes_remaining())?);
        self.add(features.unwrap_or(WasmFeatures::empty()));
        Ok(features.is_some())
    }

    /// Reads a function as if the proposals in `without` did not exist.
    fn read(&mut self, body: &FunctionBody, without: WasmFeatures) -> Result<()> {
        let mut reader = body.get_binary_reader();
        reader.set_features(WasmFeatures::all().difference(without));
        let mut locals = FunctionBody::new(reader).get_locals_reader()?.into_iter();
        for local in &mut locals {
            self.val_type(local?.1);
        }
        let mut operators = locals.into_operators_reader();
        while !operators.eof() {
            operators.visit_operator(self)?;
        }
        operators.finish()
    }

    fn block_type(&mut self, ty: BlockType) {
        match ty {
            BlockType::Empty => {}
            BlockType::Type(ty) => self.val_type(ty),
            BlockType::FuncType(_) => self.add(WasmFeatures::MULTI_VALUE),
        }
    }

    fn null(&mut self, ty: HeapType) {
        if let Some(ty) = RefType::new(true, ty) {
            self.ref_type(ty);
        }
    }

    fn branch_on_cast(&mut self, from: RefType, to: RefType) {
        self.exact(from.heap_type());
        self.exact(to.heap_type());
        self.casts.insert((from, to));
    }
}

/// The test that each cast is to a subtype, and none to a continuation: the validator refuses other casts
/// without custom descriptors. It knows the types after the sections before the code.
pub(super) fn all_downward<'a>(
    payloads: impl Iterator<Item = Result<Payload<'a>>>,
    casts: HashSet<(RefType, RefType)>,
) -> Result<bool> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    for payload in payloads {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            let (types, offset) = (function.resources, body.range().start);
            for (mut from, mut to) in casts {
                types.check_ref_type(&mut from, offset)?;
                types.check_ref_type(&mut to, offset)?;
                let top = types.top_type(&to.heap_type());
                if RefType::new(true, top).is_some_and(|top| top.is_cont_ref())
                    || !types.is_subtype(to.into(), from.into())
                {
                    return Ok(false);
                }
            }
            break;
        }
    }
    Ok(true)
}

/// Notes the proposals of each instruction and of its immediates.
macro_rules! visit {
    ($(
        @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident $ann:tt
    )*) => {
        $(
            #[allow(unused_variables)]
            fn $visit(&mut self $($(, $arg: $ty)*)?) {
                self.add(visit!(flag $proposal $op));
                visit!(immediates self $op $($($arg)*)?);
            }
        )*
    };

    (flag bulk_memory MemoryCopy) => { WasmFeatures::BULK_MEMORY_OPT };
    (flag bulk_memory MemoryFill) => { WasmFeatures::BULK_MEMORY_OPT };
    (flag mvp $op:ident) => { WasmFeatures::empty() };
    (flag sign_extension $op:ident) => { WasmFeatures::SIGN_EXTENSION };
    (flag saturating_float_to_int $op:ident) => { WasmFeatures::SATURATING_FLOAT_TO_INT };
    (flag bulk_memory $op:ident) => { WasmFeatures::BULK_MEMORY };
    (flag reference_types $op:ident) => { WasmFeatures::REFERENCE_TYPES };
    (flag simd $op:ident) => { WasmFeatures::SIMD };
    (flag relaxed_simd $op:ident) => { WasmFeatures::RELAXED_SIMD.union(WasmFeatures::SIMD) };
    (flag threads $op:ident) => { WasmFeatures::THREADS };
    (flag tail_call $op:ident) => { WasmFeatures::TAIL_CALL };
    (flag exceptions $op:ident) => { WasmFeatures::EXCEPTIONS };
    (flag legacy_exceptions $op:ident) => { WasmFeatures::LEGACY_EXCEPTIONS };
    (flag function_references $op:ident) => { WasmFeatures::FUNCTION_REFERENCES };
    (flag gc $op:ident) => { WasmFeatures::GC };
    (flag custom_descriptors $op:ident) => { WasmFeatures::CUSTOM_DESCRIPTORS };
    (flag stack_switching $op:ident) => { WasmFeatures::STACK_SWITCHING };
    (flag memory_control $op:ident) => { WasmFeatures::MEMORY_CONTROL };
    (flag wide_arithmetic $op:ident) => { WasmFeatures::WIDE_ARITHMETIC };
    (flag shared_everything_threads $op:ident) => { WasmFeatures::SHARED_EVERYTHING_THREADS };

    (immediates $self:ident Block $ty:ident) => { $self.block_type($ty) };
    (immediates $self:ident Loop $ty:ident) => { $self.block_type($ty) };
    (immediates $self:ident If $ty:ident) => { $self.block_type($ty) };
    (immediates $self:ident Try $ty:ident) => { $self.block_type($ty) };
    (immediates $self:ident TryTable $table:ident) => { $self.block_type($table.ty) };
    (immediates $self:ident TypedSelect $ty:ident) => { $self.val_type($ty) };
    (immediates $self:ident RefNull $ty:ident) => { $self.null($ty) };
    (immediates $self:ident RefTestNonNull $ty:ident) => { $self.exact($ty) };
    (immediates $self:ident RefTestNullable $ty:ident) => { $self.exact($ty) };
    (immediates $self:ident RefCastNonNull $ty:ident) => { $self.exact($ty) };
    (immediates $self:ident RefCastNullable $ty:ident) => { $self.exact($ty) };
    (immediates $self:ident BrOnCast $label:ident $from:ident $to:ident) => {
        $self.branch_on_cast($from, $to)
    };
    (immediates $self:ident BrOnCastFail $label:ident $from:ident $to:ident) => {
        $self.branch_on_cast($from, $to)
    };
    (immediates $self:ident $op:ident $($arg:ident)*) => {};
}

impl<'a> VisitOperator<'a> for Needs {
    type Output = ();

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = ()>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(visit);
}

impl VisitSimdOperator<'_> for Needs {
    wasmparser::for_each_visit_simd_operator!(visit);
}
