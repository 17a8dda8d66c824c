//! Parts of a module that are modules themselves, with the same index spaces.

use super::modules::imported_functions;
use std::ops::Range;
use wasm_encoder::{CodeSection, Encode, FunctionSection, Module, RawSection};
use wasmparser::{FunctionBody, Operator, Parser, Payload, Result};

/// The numbers of sections, from the specification of the binary format.
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const DATA: u8 = 11;

/// A valid core module that parts are made of.
///
/// A part imports all functions of the module, so that each keeps its index. Behind them it has
/// the functions to be compiled. It is not meant to be run.
pub(super) struct Whole<'a> {
    /// The contents of the sections that parts keep.
    type_section: &'a [u8],
    sections: Vec<(u8, &'a [u8])>,
    /// The number of imports, and their bytes.
    imports: (u32, &'a [u8]),
    /// The number of imported functions.
    pub(super) imported: u32,
    /// The number of data segments, if the module declares it before the code.
    data: Option<u32>,
    /// For each function with a body, the index of its type.
    types: Vec<u32>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Whole<'a> {
    pub(super) fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut whole = Whole {
            type_section: b"\0",
            sections: Vec::new(),
            imports: (0, &[]),
            imported: 0,
            data: None,
            types: Vec::new(),
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let section = payload.as_section().map(|(id, range)| (id, &wasm[range]));
            match payload {
                Payload::TypeSection(section) => whole.type_section = &wasm[section.range()],
                Payload::ImportSection(section) => {
                    let items = section.original_position()..section.range().end;
                    whole.imports = (section.count(), &wasm[items]);
                    whole.imported = imported_functions(section);
                }
                Payload::FunctionSection(types) => whole.types = types.into_iter().collect::<Result<_>>()?,
                Payload::CodeSectionEntry(body) => whole.bodies.push(body),
                Payload::DataCountSection { count, .. } => {
                    whole.data = Some(count);
                    whole.sections.extend(section);
                }
                Payload::CustomSection(_)
                | Payload::StartSection { .. }
                | Payload::CodeSectionStart { .. }
                | Payload::DataSection(_) => {}
                _ => whole.sections.extend(section),
            }
        }
        Ok(whole)
    }

    /// The part with the functions of these indices, which count bodies.
    pub(super) fn functions(&self, range: Range<usize>) -> Vec<u8> {
        self.part(range.map(|index| (self.types[index], self.bodies[index].as_bytes())))
    }

    /// The part with one function, whose body is `body` instead of its own.
    pub(super) fn function(&self, index: usize, body: &[u8]) -> Vec<u8> {
        self.part(std::iter::once((self.types[index], body)))
    }

    fn part<'b>(&self, functions: impl Iterator<Item = (u32, &'b [u8])>) -> Vec<u8> {
        let (mut types, mut bodies) = (FunctionSection::new(), CodeSection::new());
        for (ty, body) in functions {
            types.function(ty);
            bodies.raw(body);
        }
        let mut module = Module::new();
        module
            .section(&RawSection { id: TYPE, data: self.type_section })
            .section(&RawSection { id: IMPORT, data: &self.import_section() })
            .section(&types);
        for (id, data) in &self.sections {
            module.section(&RawSection { id: *id, data });
        }
        module.section(&bodies);
        if let Some(count) = self.data {
            module.section(&RawSection { id: DATA, data: &empty_data(count) });
        }
        module.finish()
    }

    /// The module's imports, and behind them its own functions.
    fn import_section(&self) -> Vec<u8> {
        let (count, imports) = self.imports;
        let mut bytes = Vec::new();
        (count + self.types.len() as u32).encode(&mut bytes);
        bytes.extend(imports);
        for ty in &self.types {
            // No module, no name, a function.
            bytes.extend(b"\0\0\0");
            ty.encode(&mut bytes);
        }
        bytes
    }
}

/// A data section of `count` passive, empty segments: the code refers to them by index alone.
fn empty_data(count: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    count.encode(&mut bytes);
    bytes.extend(b"\x01\0".repeat(count as usize));
    bytes
}

/// A function's body up to the instruction of index `count`, with its open blocks closed to make it valid.
pub(super) fn cut(body: &FunctionBody, count: usize) -> Result<Vec<u8>> {
    const UNREACHABLE: u8 = 0x00;
    const ELSE: u8 = 0x05;
    const END: u8 = 0x0b;
    let mut operators = body.get_operators_reader()?;
    // The open blocks, the function first, and whether each is an `if` that lacks its `else`.
    let mut blocks = vec![false];
    for _ in 0..count {
        match operators.read()? {
            Operator::If { .. } => blocks.push(true),
            Operator::Block { .. } | Operator::Loop { .. } | Operator::TryTable { .. } => blocks.push(false),
            Operator::Else => blocks.last_mut().into_iter().for_each(|lacks| *lacks = false),
            Operator::End => drop(blocks.pop()),
            _ => {}
        }
    }
    let length = operators.original_position() - body.range().start;
    let mut bytes = body.as_bytes()[..length].to_vec();
    for lacks_else in blocks.into_iter().rev() {
        bytes.push(UNREACHABLE);
        if lacks_else {
            bytes.extend([ELSE, UNREACHABLE]);
        }
        bytes.push(END);
    }
    Ok(bytes)
}
