//! The imports and exports of a core module.

use super::items::Interface;
use precompile_artifact::manifest::{Export, Import};
use std::fmt::Write;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ExternalKind, FuncType, GlobalType, MemoryType, Parser, Payload,
    TableType, TypeRef, ValType,
};

/// The types of everything in a module's index spaces.
#[derive(Default)]
struct Types {
    signatures: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    tables: Vec<String>,
    memories: Vec<String>,
    globals: Vec<String>,
    tags: Vec<u32>,
}

/// Reads a core module's interface. The module need not be valid.
///
/// # Errors
///
/// Sections before the code that don't parse.
pub(super) fn read(wasm: &[u8]) -> Result<Interface, BinaryReaderError> {
    let mut types = Types::default();
    let mut interface = Interface::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    types.signatures.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(signature) => Some(signature),
                        _ => None,
                    }));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let ty = types.add(import.ty);
                    interface.imports.push(Import { module: import.module, name: import.name, ty: &ty });
                }
            }
            Payload::FunctionSection(section) => {
                for function in section {
                    types.functions.push(function?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    types.tables.push(table_text(&table?.ty));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    types.memories.push(memory_text(&memory?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    types.globals.push(global_text(&global?.ty));
                }
            }
            Payload::TagSection(section) => {
                for tag in section {
                    types.tags.push(tag?.func_type_idx);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let ty = types.get(export.kind, export.index);
                    interface.exports.push(Export { name: export.name, ty: &ty });
                }
            }
            Payload::CodeSectionStart { .. } => break,
            _ => {}
        }
    }
    Ok(interface)
}

impl Types {
    /// Adds an imported item, and returns its type's text.
    fn add(&mut self, ty: TypeRef) -> String {
        match ty {
            TypeRef::Func(signature) | TypeRef::FuncExact(signature) => {
                self.functions.push(signature);
                self.signature_text("func", signature)
            }
            TypeRef::Tag(tag) => {
                self.tags.push(tag.func_type_idx);
                self.signature_text("tag", tag.func_type_idx)
            }
            TypeRef::Table(ty) => keep(&mut self.tables, table_text(&ty)),
            TypeRef::Memory(ty) => keep(&mut self.memories, memory_text(&ty)),
            TypeRef::Global(ty) => keep(&mut self.globals, global_text(&ty)),
        }
    }

    fn get(&self, kind: ExternalKind, index: u32) -> String {
        let at = index as usize;
        let known = match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                self.functions.get(at).map(|signature| self.signature_text("func", *signature))
            }
            ExternalKind::Tag => self.tags.get(at).map(|signature| self.signature_text("tag", *signature)),
            ExternalKind::Table => self.tables.get(at).cloned(),
            ExternalKind::Memory => self.memories.get(at).cloned(),
            ExternalKind::Global => self.globals.get(at).cloned(),
        };
        // Only an invalid module exports an item that it lacks; the compiler refuses the module.
        known.unwrap_or_default()
    }

    fn signature_text(&self, keyword: &str, index: u32) -> String {
        let mut text = format!("({keyword}");
        if let Some(Some(signature)) = self.signatures.get(index as usize) {
            list(&mut text, "param", signature.params());
            list(&mut text, "result", signature.results());
        }
        text + ")"
    }
}

fn keep(texts: &mut Vec<String>, text: String) -> String {
    texts.push(text.clone());
    text
}

fn list(text: &mut String, keyword: &str, types: &[ValType]) {
    if !types.is_empty() {
        let types: Vec<_> = types.iter().map(ValType::to_string).collect();
        write!(text, " ({keyword} {})", types.join(" ")).expect("writing to a string succeeds");
    }
}

fn limits(initial: u64, maximum: Option<u64>) -> String {
    maximum.map_or_else(|| initial.to_string(), |maximum| format!("{initial} {maximum}"))
}

fn table_text(ty: &TableType) -> String {
    let index = if ty.table64 { "i64 " } else { "" };
    let shared = if ty.shared { "shared " } else { "" };
    format!("(table {shared}{index}{} {})", limits(ty.initial, ty.maximum), ValType::Ref(ty.element_type))
}

fn memory_text(ty: &MemoryType) -> String {
    let index = if ty.memory64 { "i64 " } else { "" };
    let shared = if ty.shared { " shared" } else { "" };
    let page =
        ty.page_size_log2.map(|log2| format!(" (pagesize {})", 1u64 << log2.min(63))).unwrap_or_default();
    format!("(memory {index}{}{shared}{page})", limits(ty.initial, ty.maximum))
}

fn global_text(ty: &GlobalType) -> String {
    match ty.mutable {
        true => format!("(global (mut {}))", ty.content_type),
        false => format!("(global {})", ty.content_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_in_the_text_format() {
        let wasm = wat::parse_str(
            r#"(module
                (import "host" "log" (func (param i32 i64) (result f32 f64)))
                (import "host" "memory" (memory 1 2))
                (import "host" "base" (global (mut i32)))
                (table (export "table") 3 funcref)
                (memory (export "wide") i64 1)
                (func (export "run") (param v128))
                (export "log" (func 0))
                (export "base" (global 0)))"#,
        )
        .unwrap();
        let interface = read(&wasm).unwrap();
        let imports: Vec<_> = interface.imports.iter().map(|import| import.ty).collect();
        let exports: Vec<_> = interface.exports.iter().map(|export| export.ty).collect();
        assert_eq!(
            imports,
            ["(func (param i32 i64) (result f32 f64))", "(memory 1 2)", "(global (mut i32))"]
        );
        assert_eq!(
            exports,
            [
                "(table 3 funcref)",
                "(memory i64 1)",
                "(func (param v128))",
                "(func (param i32 i64) (result f32 f64))",
                "(global (mut i32))",
            ]
        );
    }
}
