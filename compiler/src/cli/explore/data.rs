//! The data of a page, which its script shows.

use crate::demangled::demangled;
use crate::explore::bodies::Body;
use crate::explore::listing::Row;
use crate::explore::side::Side;
use crate::explore::wat::{Lines, text};
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::inspect::{Code, Function, FunctionIndex};
use serde::Serialize;
use std::collections::BTreeMap;

/// The data of a page.
#[derive(Serialize)]
pub(super) struct Data {
    /// The names of the panes with machine code.
    sides: Vec<&'static str>,
    /// The name of the pane with WebAssembly; `None` where nothing is known of it.
    source: Option<&'static str>,
    functions: Vec<Listed>,
}

/// A function in the list.
#[derive(Serialize)]
struct Listed {
    label: String,
    name: Option<String>,
    /// The size of its WebAssembly, where that is at hand.
    wasm: Option<usize>,
    /// The size of its machine code on each side.
    sizes: Vec<Option<u64>>,
    /// Its code; `None` where it isn't on the page.
    code: Option<Shown>,
}

/// The code of a function.
#[derive(Serialize)]
struct Shown {
    /// The lines of WebAssembly, joined, and the place of each, as the difference to the one before.
    text: String,
    places: Vec<i64>,
    sides: Vec<Option<Machine>>,
}

/// The machine code of a function.
#[derive(Serialize)]
struct Machine {
    /// The function's start in the section `.text`.
    start: u64,
    /// The instructions, joined, and the offset of each in the function, as the difference to the one before.
    text: String,
    offsets: Vec<i64>,
    /// The line of WebAssembly that each instruction was made from, or -1 for none, as the difference to the one before.
    lines: Vec<i64>,
}

/// The parts that a page is made of.
pub(super) struct Parts<'a> {
    pub(super) sides: &'a [Side],
    /// The code of each side.
    pub(super) codes: &'a [Code<'a>],
    /// The binary, where it is at hand.
    pub(super) wasm: Option<&'a [u8]>,
    pub(super) bodies: &'a BTreeMap<FunctionIndex, Body>,
    pub(super) rows: &'a [Row],
    /// The places among the rows of the functions whose code is shown, in order.
    pub(super) shown: &'a [usize],
}

impl Parts<'_> {
    /// The data of the page.
    ///
    /// # Errors
    ///
    /// If a disassembler fails, or the WebAssembly can't be printed.
    pub(super) fn data(&self) -> Result<Data> {
        let mut lines = self.lines()?;
        let mut shown = BTreeMap::new();
        for at in self.shown {
            let row = &self.rows[*at];
            let lines =
                row.index().and_then(|index| lines.remove(&index)).unwrap_or_else(|| self.places(row));
            shown.insert(*at, self.code(row, &lines)?);
        }
        let functions = self.rows.iter().enumerate().map(|(at, row)| Listed {
            label: row.label(),
            name: row.name.as_deref().map(|name| Escaped(&demangled(name)).to_string()),
            wasm: row.index().and_then(|index| Some(self.bodies.get(&index)?.range.len())),
            sizes: row.sides.iter().map(|side| side.as_ref().map(|function| function.bytes)).collect(),
            code: shown.remove(&at),
        });
        let has_places = self.codes.iter().any(Code::has_sources);
        Ok(Data {
            sides: self.sides.iter().map(Side::name).collect(),
            source: self.wasm.map(|_| "WebAssembly").or(has_places.then_some("Places in the WebAssembly")),
            functions: functions.collect(),
        })
    }

    /// The text of the shown functions.
    fn lines(&self) -> Result<BTreeMap<FunctionIndex, Lines>> {
        let Some(wasm) = self.wasm else { return Ok(BTreeMap::new()) };
        let indices = self.shown.iter().filter_map(|at| self.rows[*at].index());
        let mut found: Vec<_> =
            indices.filter_map(|index| Some((index, self.bodies.get(&index)?.range.clone()))).collect();
        found.sort_by_key(|(_, range)| range.start);
        let (indices, places): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok(indices.into_iter().zip(text(wasm, &places)?).collect())
    }

    /// The places that a function was made from, in the stead of its text.
    fn places(&self, row: &Row) -> Lines {
        let mut places = Vec::new();
        for (code, function) in self.codes.iter().zip(&row.sides) {
            if let Some(function) = function {
                let offsets = 0..code.bytes(function).len() as u64;
                places.extend(offsets.filter_map(|offset| code.source(function, offset)));
            }
        }
        Lines::of_places(places)
    }

    fn code(&self, row: &Row, lines: &Lines) -> Result<Shown> {
        let mut sides = Vec::new();
        for ((side, code), function) in self.sides.iter().zip(self.codes).zip(&row.sides) {
            sides.push(function.as_ref().map(|function| machine(side, code, function, lines)).transpose()?);
        }
        let (places, text): (Vec<_>, Vec<_>) = lines.iter().unzip();
        Ok(Shown { text: text.join("\n"), places: differences(places.into_iter().map(i64::from)), sides })
    }
}

fn machine(side: &Side, code: &Code<'_>, function: &Function, lines: &Lines) -> Result<Machine> {
    let instructions = side.instructions(code, function)?;
    let line = |offset| code.source(function, offset).and_then(|place| lines.line_at(place));
    Ok(Machine {
        start: function.offset,
        lines: differences(instructions.iter().map(|it| line(it.offset).map_or(-1, |line| line as i64))),
        offsets: differences(instructions.iter().map(|it| it.offset as i64)),
        text: instructions.into_iter().map(|it| it.text).collect::<Vec<_>>().join("\n"),
    })
}

/// Numbers as their differences, which take fewer digits in the page.
fn differences(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    numbers.map(|number| number - std::mem::replace(&mut before, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::listing::rows;
    use precompile::{Backend, Compiler, Options, Target};

    /// The data of all functions of an artifact.
    fn shown(artifact: Vec<u8>) -> Result<Data> {
        let sides = [Side::new(artifact)?];
        let codes = [sides[0].code()?];
        let bodies = BTreeMap::new();
        let rows = rows(&codes, &bodies);
        let shown: Vec<_> = (0..rows.len()).collect();
        let parts =
            Parts { sides: &sides, codes: &codes, wasm: None, bodies: &bodies, rows: &rows, shown: &shown };
        parts.data()
    }

    #[test]
    fn differences_add_up() {
        assert!(differences([].into_iter()).is_empty());
        assert_eq!(differences([5, -1, 7, 7].into_iter()), [5, -6, 8, 0]);
    }

    /// Mutated artifacts of each architecture: none makes a disassembler panic or gives text without a place.
    #[test]
    fn any_artifact_has_an_answer() {
        let module = b"(module (func (export \"f\") (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 7))))";
        let mut read = 0;
        for target in ["x86_64", "aarch64", "riscv64", "s390x", "pulley64"] {
            let target: Target = target.parse().unwrap();
            let platform = target.default_platform(Backend::Cranelift);
            let options = Options::new(Backend::Cranelift, target, platform).unwrap();
            let seed = Compiler::default().compile(&options, module).unwrap().artifact;
            for number in 0..300 {
                let Ok(data) = shown(support::mutated(&seed, number)) else { continue };
                read += 1;
                let machines = data.functions.iter().filter_map(|it| it.code.as_ref());
                for machine in machines.flat_map(|code| code.sides.iter().flatten()) {
                    let lines = if machine.offsets.is_empty() { 0 } else { machine.text.split('\n').count() };
                    assert_eq!((machine.offsets.len(), machine.lines.len()), (lines, lines));
                }
            }
        }
        assert!(read > 100, "{read}");
    }
}
