//! The machine code of an artifact, by functions, and the places in the WebAssembly that it was made from.

use super::function::Function;
use super::sections::SectionsError;
use crate::backend::stamp::{EngineSection, section_range};
use crate::version::WASMTIME_MAJOR;
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SymbolKind};
use precompile_artifact::trailer::{self, ReadError};
use thiserror::Error;
use wasmtime_environ::{iterate_address_map, obj};

const TEXT: &str = ".text";

/// The reason why machine code can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodeError {
    /// The bytes are no artifact.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The image is faulty.
    #[error("the ELF image can't be read: {0}")]
    Elf(SectionsError),
}

/// The machine code of an artifact.
#[derive(Clone, Debug)]
pub struct Code<'a> {
    text: &'a [u8],
    functions: Vec<Function>,
    /// The starts of ranges of code, each with the place in the WebAssembly that the range was made from.
    sources: Vec<(u32, Option<u32>)>,
}

impl<'a> Code<'a> {
    /// Reads the machine code of an artifact. Any bytes may be given.
    ///
    /// # Errors
    ///
    /// Any [`CodeError`].
    pub fn read(artifact: &'a [u8]) -> Result<Code<'a>, CodeError> {
        let image = trailer::image(artifact)?;
        // Of a file that is cut off, sections lie outside.
        let image = &artifact[..artifact.len().min(image.bytes as usize)];
        let elf = |error: object::read::Error| CodeError::Elf(SectionsError::from(error));
        let section = |name| {
            let range = section_range(image, name).map_err(elf)?;
            let outside = || CodeError::Elf(SectionsError::Outside(name.into()));
            range.map_or(Ok(&[][..]), |range| image.get(range).ok_or_else(outside))
        };
        // Another version may write another map.
        let is_known = EngineSection::find(image).is_ok_and(|engine| engine.version == WASMTIME_MAJOR);
        let map = if is_known { section(obj::ELF_WASMTIME_ADDRMAP)? } else { &[] };
        let sources = iterate_address_map(map).into_iter().flatten();
        Ok(Code {
            text: section(TEXT)?,
            functions: functions(image).map_err(elf)?,
            sources: sources.map(|(start, source)| (start, source.file_offset())).collect(),
        })
    }

    /// The functions, in the order of their places. None for an artifact without symbols, as after `--strip symbols`.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The machine code of one of the functions; empty for a function of another artifact that lies beyond the code.
    pub fn bytes(&self, function: &Function) -> &'a [u8] {
        let range = || {
            let end = function.offset.checked_add(function.bytes)?;
            self.text.get(usize::try_from(function.offset).ok()?..usize::try_from(end).ok()?)
        };
        range().unwrap_or_default()
    }

    /// Tells whether the artifact has a map from machine code to WebAssembly, which `--strip address-map` leaves out.
    pub fn has_sources(&self) -> bool {
        !self.sources.is_empty()
    }

    /// The place in the WebAssembly that the code at `offset` in a function was made from, in bytes from the start of
    /// the module or component. `None` for code of the function's own, such as its beginning, or without a map.
    pub fn source(&self, function: &Function, offset: u64) -> Option<u32> {
        let at = function.offset.checked_add(offset)?;
        let ranges = self.sources.partition_point(|(start, _)| u64::from(*start) <= at);
        let (start, source) = *self.sources.get(ranges.checked_sub(1)?)?;
        // A range ends with its function.
        if u64::from(start) >= function.offset { source } else { None }
    }
}

fn functions(image: &[u8]) -> object::read::Result<Vec<Function>> {
    let elf = ElfFile64::<Endianness>::parse(image)?;
    let Some(text) = elf.section_by_name(TEXT) else { return Ok(Vec::new()) };
    let mut functions = Vec::new();
    for symbol in elf.symbols() {
        let offset = symbol.address().checked_sub(text.address());
        if let Some(offset) = offset
            && symbol.kind() == SymbolKind::Text
            && symbol.section_index() == Some(text.index())
            && symbol.size() > 0
        {
            let name = String::from_utf8_lossy(symbol.name_bytes()?);
            functions.push(Function::new(&name, offset, symbol.size()));
        }
    }
    functions.sort_by_key(|function| function.offset);
    Ok(functions)
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests;
