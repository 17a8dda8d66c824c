//! The scan of the sections around the code.

use wasmparser::{
    BinaryReader, CompositeInnerType, ConstExpr, DataKind, Element, ElementItems, ElementKind, ExternalKind,
    FromReader, GlobalType, Imports, MemoryType, Operator, Payload, RefType, SectionLimited, SubType,
    TableInit, TableType, TagType, TypeRef, Validator, VisitOperator, WasmFeatures,
};

use super::found::{Needs, Result};
use crate::module::memories;
use precompile_artifact::manifest::Memories;

/// A module whose sections are being read, in order.
pub(super) struct Module<'a> {
    wasm: &'a [u8],
    pub(super) needs: Needs,
    /// For each type, `true` if it is a function with results.
    returns: Vec<bool>,
    /// For each global, `true` if it is mutable.
    globals: Vec<bool>,
    imported_globals: usize,
    tables: usize,
    memories: usize,
    /// The sum of the memories that are defined, and not imported.
    pub(super) defined: Memories,
}

impl<'a> Module<'a> {
    pub(super) fn new(wasm: &'a [u8]) -> Self {
        Self {
            wasm,
            needs: Needs::new(WasmFeatures::FLOATS),
            returns: Vec::new(),
            globals: Vec::new(),
            imported_globals: 0,
            tables: 0,
            memories: 0,
            defined: memories::NONE,
        }
    }

    /// Reads a section; the code and custom sections are skipped.
    pub(super) fn section(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            // Without features, the validator refuses components. It always refuses unknown sections.
            Payload::Version { .. } | Payload::UnknownSection { .. } => {
                Validator::new_with_features(WasmFeatures::empty()).payload(&payload)?;
            }
            Payload::TypeSection(section) => {
                for group in section {
                    let group = group?;
                    let explicit = group.is_explicit_rec_group();
                    self.needs.add_if(explicit, WasmFeatures::GC);
                    group.types().for_each(|ty| self.sub_type(ty));
                }
            }
            Payload::ImportSection(section) => {
                self.limits(&section);
                for imports in section {
                    self.imports(imports?)?;
                }
            }
            Payload::TableSection(section) => {
                self.limits(&section);
                for table in section {
                    let table = table?;
                    self.table(table.ty);
                    if let TableInit::Expr(init) = table.init {
                        self.needs.add(WasmFeatures::FUNCTION_REFERENCES);
                        self.const_expr(&init)?;
                    }
                }
            }
            Payload::MemorySection(section) => {
                self.limits(&section);
                for memory in section {
                    let memory = memory?;
                    self.memory(memory);
                    self.defined = memories::plus(self.defined, memories::size(&memory));
                }
            }
            Payload::TagSection(section) => {
                self.needs.add(WasmFeatures::EXCEPTIONS);
                for tag in section {
                    self.tag(tag?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    self.global(global.ty);
                    self.const_expr(&global.init_expr)?;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.export(export.kind, export.index);
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    self.element(element?)?;
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    match data?.kind {
                        DataKind::Passive => self.needs.add(WasmFeatures::BULK_MEMORY),
                        DataKind::Active { offset_expr, .. } => self.const_expr(&offset_expr)?,
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes memory64 if the tables and memories in `section` can be read only with it: it allows
    /// longer encodings of their limits, whatever their width.
    fn limits<T: FromReader<'a>>(&mut self, section: &SectionLimited<'a, T>) {
        let narrow = WasmFeatures::all().difference(WasmFeatures::MEMORY64);
        let range = section.range();
        let bytes = &self.wasm[range.clone()];
        let reader = BinaryReader::new_features(bytes, range.start, narrow);
        let refused = SectionLimited::<T>::new(reader)
            .is_ok_and(|section| section.into_iter().any(|item| item.is_err()));
        self.needs.add_if(refused, WasmFeatures::MEMORY64);
    }

    fn sub_type(&mut self, ty: &SubType) {
        let needs = &mut self.needs;
        let composite = &ty.composite_type;
        let own = self.returns.len() as u32;
        let described = composite.descriptor_idx.is_some() || composite.describes_idx.is_some();
        needs.add_if(!ty.is_final || ty.supertype_idx.is_some(), WasmFeatures::GC);
        needs.add_if(composite.shared, WasmFeatures::SHARED_EVERYTHING_THREADS);
        needs.add_if(described, WasmFeatures::CUSTOM_DESCRIPTORS);
        let mut returns = false;
        match &composite.inner {
            CompositeInnerType::Func(ty) => {
                for ty in ty.params().iter().chain(ty.results()) {
                    needs.val_type(*ty);
                    // Without GC, types refer only to earlier types.
                    let index = ty.as_reference_type().and_then(|ty| ty.type_index());
                    let recursive = index.is_some_and(|index| index.as_module_index() == Some(own));
                    needs.add_if(recursive, WasmFeatures::GC);
                }
                needs.add_if(ty.results().len() > 1, WasmFeatures::MULTI_VALUE);
                returns = !ty.results().is_empty();
            }
            CompositeInnerType::Array(ty) => {
                needs.add(WasmFeatures::GC | WasmFeatures::GC_TYPES);
                needs.storage_type(ty.0.element_type);
            }
            CompositeInnerType::Struct(ty) => {
                needs.add(WasmFeatures::GC | WasmFeatures::GC_TYPES);
                for field in &ty.fields {
                    needs.storage_type(field.element_type);
                }
            }
            CompositeInnerType::Cont(_) => {
                needs.add(WasmFeatures::STACK_SWITCHING | WasmFeatures::GC_TYPES);
            }
        }
        self.returns.push(returns);
    }

    fn imports(&mut self, imports: Imports) -> Result<()> {
        let compact = !matches!(imports, Imports::Single(..));
        self.needs.add_if(compact, WasmFeatures::COMPACT_IMPORTS);
        for import in imports {
            match import?.1.ty {
                TypeRef::Func(_) => {}
                TypeRef::FuncExact(_) => self.needs.add(WasmFeatures::CUSTOM_DESCRIPTORS),
                TypeRef::Table(ty) => self.table(ty),
                TypeRef::Memory(ty) => self.memory(ty),
                TypeRef::Tag(ty) => self.tag(ty),
                TypeRef::Global(ty) => {
                    self.global(ty);
                    self.imported_globals += 1;
                    self.needs.add_if(ty.mutable, WasmFeatures::MUTABLE_GLOBAL);
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, ty: TableType) {
        self.tables += 1;
        let needs = &mut self.needs;
        needs.add_if(self.tables > 1, WasmFeatures::REFERENCE_TYPES);
        needs.add_if(ty.table64, WasmFeatures::MEMORY64);
        needs.add_if(ty.shared, WasmFeatures::SHARED_EVERYTHING_THREADS);
        // Tables of nullable functions are older than reference types.
        if ty.element_type != RefType::FUNCREF {
            needs.ref_type(ty.element_type);
        }
    }

    fn memory(&mut self, ty: MemoryType) {
        self.memories += 1;
        let needs = &mut self.needs;
        needs.add_if(self.memories > 1, WasmFeatures::MULTI_MEMORY);
        needs.add_if(ty.memory64, WasmFeatures::MEMORY64);
        needs.add_if(ty.shared, WasmFeatures::THREADS);
        needs.add_if(ty.page_size_log2.is_some(), WasmFeatures::CUSTOM_PAGE_SIZES);
    }

    fn tag(&mut self, ty: TagType) {
        let returns = self.returns.get(ty.func_type_idx as usize) == Some(&true);
        self.needs.add(WasmFeatures::EXCEPTIONS);
        self.needs.add_if(returns, WasmFeatures::STACK_SWITCHING);
    }

    fn global(&mut self, ty: GlobalType) {
        self.globals.push(ty.mutable);
        self.needs.val_type(ty.content_type);
        self.needs.add_if(ty.shared, WasmFeatures::SHARED_EVERYTHING_THREADS);
    }

    fn export(&mut self, kind: ExternalKind, index: u32) {
        let mutable = kind == ExternalKind::Global && self.globals.get(index as usize) == Some(&true);
        let exact = kind == ExternalKind::FuncExact;
        self.needs.add_if(mutable, WasmFeatures::MUTABLE_GLOBAL);
        self.needs.add_if(exact, WasmFeatures::CUSTOM_DESCRIPTORS);
    }

    fn element(&mut self, element: Element) -> Result<()> {
        match element.kind {
            ElementKind::Passive | ElementKind::Declared => {
                self.needs.add(WasmFeatures::BULK_MEMORY);
            }
            ElementKind::Active { offset_expr, .. } => self.const_expr(&offset_expr)?,
        }
        if let ElementItems::Expressions(ty, items) = element.items {
            self.needs.ref_type(ty);
            for item in items {
                self.const_expr(&item?)?;
            }
        }
        Ok(())
    }

    fn const_expr(&mut self, expr: &ConstExpr) -> Result<()> {
        use Operator::*;
        for operator in expr.get_operators_reader() {
            let operator = operator?;
            let extended = matches!(operator, I32Add | I32Sub | I32Mul | I64Add | I64Sub | I64Mul);
            let defined = matches!(
                operator,
                GlobalGet { global_index } if global_index as usize >= self.imported_globals
            );
            self.needs.add_if(extended, WasmFeatures::EXTENDED_CONST);
            self.needs.add_if(defined, WasmFeatures::GC);
            self.needs.visit_operator(&operator);
        }
        Ok(())
    }
}
