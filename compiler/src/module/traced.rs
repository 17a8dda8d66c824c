//! The facts of a module that frames of backtraces refer to: its code, its functions' names, its lines of source.

pub(crate) mod demangled;
mod lines;
mod metered;
mod source_frame;

use crate::module::kind::{NotWasm, kind};
use crate::module::text::{self, TextError, is_text};
use lines::Lines;
pub use source_frame::SourceFrame;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use thiserror::Error;
use wasmparser::{
    BinaryReaderError, ImportSectionReader, KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef,
};

/// The bytes of a function in which its first line is looked for.
const MOST_BEGINNING_BYTES: usize = 64;

/// A core module: a file's, or one within a component. Offsets count from the start of the file, as in backtraces.
#[derive(Debug)]
pub struct TracedModule<'a> {
    /// The name in the module's own name section.
    name: Option<&'a str>,
    /// The content of the code section.
    code: Range<usize>,
    /// The number of imported functions, which come before the module's own.
    imported: u32,
    /// The bodies of the module's own functions, in their order.
    bodies: Vec<Range<usize>>,
    /// The names of functions.
    names: HashMap<u32, &'a str>,
    lines: Lines<'a>,
}

impl<'a> TracedModule<'a> {
    /// The core modules of a module or a component in binary form, in the order of the file.
    ///
    /// # Errors
    ///
    /// A malformed binary.
    pub fn read(wasm: &'a [u8]) -> Result<Vec<TracedModule<'a>>, TracedError> {
        let mut modules = Vec::new();
        // The core module that is read; `None` for a component, in which others are.
        let mut open: Vec<Option<TracedModule<'a>>> = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::Version { encoding, .. } = &payload {
                let is_module = *encoding == wasmparser::Encoding::Module;
                open.push(is_module.then(TracedModule::empty));
                continue;
            }
            if let Payload::End(_) = payload {
                modules.extend(open.pop().flatten());
            } else if let Some(Some(module)) = open.last_mut() {
                module.add(payload);
            }
        }
        Ok(modules)
    }

    fn empty() -> TracedModule<'a> {
        TracedModule {
            name: None,
            code: 0..0,
            imported: 0,
            bodies: Vec::new(),
            names: HashMap::new(),
            lines: Lines::default(),
        }
    }

    fn add(&mut self, payload: Payload<'a>) {
        match payload {
            Payload::ImportSection(section) => self.imported = imported_functions(section),
            Payload::CodeSectionStart { range, .. } => self.code = range,
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(names) => self.add_names(names),
                _ => self.lines.add(section.name(), section.data()),
            },
            _ => {}
        }
    }

    /// Adds names, as far as the section is well-formed: a module is valid whatever is in it.
    fn add_names(&mut self, names: NameSectionReader<'a>) {
        for name in names.into_iter().map_while(Result::ok) {
            match name {
                Name::Module { name, .. } => self.name = Some(name),
                Name::Function(names) => {
                    let names = names.into_iter().map_while(Result::ok);
                    self.names.extend(names.map(|naming| (naming.index, naming.name)));
                }
                _ => {}
            }
        }
    }

    /// The name in the module's own name section.
    pub fn name(&self) -> Option<&'a str> {
        self.name
    }

    /// The index of the function that an offset is in.
    pub fn function_at(&self, offset: usize) -> Option<u32> {
        let after = self.bodies.partition_point(|body| body.start <= offset);
        let body = after.checked_sub(1).filter(|body| self.bodies[*body].contains(&offset))?;
        self.imported.checked_add(u32::try_from(body).ok()?)
    }

    /// Returns true if the module itself has the function.
    pub fn has_function(&self, index: u32) -> bool {
        self.body(index).is_some()
    }

    /// A function's name in the name section, mangled.
    pub fn function_name(&self, index: u32) -> Option<&'a str> {
        self.names.get(&index).copied()
    }

    /// The index of the only function whose name in the name section is one of those that are meant.
    pub fn function_by_name(&self, is_meant: impl Fn(&str) -> bool) -> Option<u32> {
        let mut meant =
            self.names.iter().filter(|(index, name)| self.has_function(**index) && is_meant(name));
        let (index, _) = meant.next()?;
        meant.next().is_none().then_some(*index)
    }

    /// The functions and places of an offset, the innermost first; none if the module has no debugging information for
    /// it.
    pub fn frames(&self, offset: usize) -> Vec<SourceFrame> {
        match offset.checked_sub(self.code.start) {
            Some(address) if self.code.contains(&offset) => self.lines.frames(address as u64),
            _ => Vec::new(),
        }
    }

    /// Returns true if the module has debugging information that can be read.
    pub fn has_lines(&self) -> bool {
        self.lines.is_readable()
    }

    /// The place where a function begins: that of its first instruction with a line.
    pub fn beginning(&self, index: u32) -> Option<SourceFrame> {
        let body = self.body(index)?;
        // Before it there are the locals.
        let first = body.clone().take(MOST_BEGINNING_BYTES);
        first.filter_map(|offset| self.frames(offset).pop()).find(|frame| frame.line.is_some())
    }

    fn body(&self, index: u32) -> Option<&Range<usize>> {
        self.bodies.get(usize::try_from(index.checked_sub(self.imported)?).ok()?)
    }
}

/// The failure to read a module.
#[derive(Debug, Error)]
pub enum TracedError {
    /// The file is neither a module nor a component.
    #[error(transparent)]
    NotWasm(#[from] NotWasm),
    /// The text form doesn't parse.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The binary is malformed.
    #[error("it is malformed")]
    Malformed(#[from] BinaryReaderError),
}

/// The binary form of a module or component, which may be a text.
///
/// # Errors
///
/// A mistake in the text, or a file that is something else.
pub fn binary_form(module: &[u8]) -> Result<Cow<'_, [u8]>, TracedError> {
    if is_text(module) {
        return Ok(Cow::Owned(text::binary(module)?));
    }
    kind(module)?;
    Ok(Cow::Borrowed(module))
}

/// The number of functions that a module imports.
fn imported_functions(section: ImportSectionReader<'_>) -> u32 {
    let imports = section.into_imports().map_while(Result::ok);
    imports.filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_))).count() as u32
}

#[cfg(test)]
mod tests;
