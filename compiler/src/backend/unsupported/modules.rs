//! The core modules in a file.

use wasmparser::{ImportSectionReader, Parser, Payload, TypeRef};

/// A core module: the file itself, or one in a component.
pub(super) struct CoreModule<'a> {
    /// Its index in the component, in the order of the file, which is also Wasmtime's.
    pub(super) index: Option<u32>,
    /// Its offset in the file.
    pub(super) start: usize,
    pub(super) wasm: &'a [u8],
}

/// All core modules of a file, as far as it is well-formed.
pub(super) fn core_modules(wasm: &[u8]) -> Vec<CoreModule<'_>> {
    if Parser::is_core_wasm(wasm) {
        return vec![CoreModule { index: None, start: 0, wasm }];
    }
    let payloads = Parser::new(0).parse_all(wasm).map_while(Result::ok);
    let ranges = payloads.filter_map(|payload| match payload {
        Payload::ModuleSection { unchecked_range, .. } => Some(unchecked_range),
        _ => None,
    });
    let modules = ranges.zip(0..).map_while(|(range, index)| {
        // The parser has not read the module yet: it may be cut off.
        let start = range.start;
        Some(CoreModule { index: Some(index), start, wasm: wasm.get(range)? })
    });
    modules.collect()
}

/// The number of functions that a module imports.
pub(super) fn imported_functions(section: ImportSectionReader) -> u32 {
    let imports = section.into_imports().map_while(Result::ok);
    imports.filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_))).count() as u32
}
