//! The search for the first use of a proposal in a module.

use rayon::prelude::*;
use wasmparser::{FunctionBody, Parser, Payload, VisitOperator, WasmFeatures};

use super::code::ENCODINGS;
use super::found::{Needs, Result};
use super::sections;
use crate::module::instruction_name::text_name;

/// A place in a core module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A function: its index among those with a body, and the instruction; `None` for a local.
    Body { index: usize, instruction: Option<(String, usize)> },
    /// A section: its number, and the offset of its content.
    Section { id: u8, offset: usize },
}

/// Finds the first use of any of the proposals `wanted` in a well-formed core module, and those of them
/// that it uses there. An instruction tells more than a section, so functions are searched first.
///
/// A reference to a type by its index counts as a use of function references. A cast that needs custom
/// descriptors is not found: that depends on the types of the whole module.
pub(crate) fn first_use(wasm: &[u8], wanted: WasmFeatures) -> Result<Option<(Use, WasmFeatures)>> {
    let mut module = sections::Module::new(wasm);
    let (mut bodies, mut section) = (Vec::new(), None);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => {
                let place = payload.as_section();
                module.section(payload)?;
                let met = module.needs.met(wanted);
                if section.is_none() && !met.is_empty() {
                    section = place.map(|(id, range)| (Use::Section { id, offset: range.start }, met));
                }
            }
        }
    }
    let found = bodies.par_iter().enumerate().find_map_first(|(index, body)| {
        let found = first_in_body(body, wanted).transpose()?;
        Some(found.map(|(instruction, met)| (Use::Body { index, instruction }, met)))
    });
    Ok(found.transpose()?.or(section))
}

type Instruction = Option<(String, usize)>;

fn first_in_body(body: &FunctionBody, wanted: WasmFeatures) -> Result<Option<(Instruction, WasmFeatures)>> {
    let mut needs = Needs::new(WasmFeatures::empty());
    let encodings = WasmFeatures::from_iter(ENCODINGS).intersection(wanted);
    let mut reader = body.get_binary_reader();
    reader.set_features(WasmFeatures::all().difference(encodings));
    let mut locals = FunctionBody::new(reader).get_locals_reader()?.into_iter();
    for local in &mut locals {
        needs.val_type(local?.1);
    }
    let met = needs.met(wanted);
    if !met.is_empty() {
        return Ok(Some((None, met)));
    }
    let mut operators = locals.into_operators_reader();
    while !operators.eof() {
        let offset = operators.original_position();
        let mut lenient = operators.get_binary_reader();
        let (operator, met) = match operators.read() {
            Ok(operator) => {
                needs.visit_operator(&operator);
                (operator, needs.met(wanted))
            }
            // The encoding needs one of the proposals, or the module is malformed.
            Err(_) => {
                lenient.set_features(WasmFeatures::all());
                (wasmparser::OperatorsReader::new(lenient).read()?, encodings)
            }
        };
        if !met.is_empty() {
            return Ok(Some((Some((text_name(&operator), offset)), met)));
        }
    }
    Ok(None)
}

impl Needs {
    /// The proposals in `wanted` that are in use.
    fn met(&self, wanted: WasmFeatures) -> WasmFeatures {
        let indexed = if self.indexed { WasmFeatures::FUNCTION_REFERENCES } else { WasmFeatures::empty() };
        self.features.union(indexed).intersection(wanted)
    }
}
