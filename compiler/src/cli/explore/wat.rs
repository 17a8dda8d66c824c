//! Functions as WebAssembly's text, line by line, each line with its place in the binary.

use anyhow::Result;
use precompile::artifact::Escaped;
use std::io;
use std::ops::Range;
use wasmprinter::{Config, Print};

/// The lines of a function.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Each line, with the place of its instruction in the binary, in the order of places.
    lines: Vec<(u32, String)>,
    /// The end of the function in the binary.
    end: u32,
}

impl Lines {
    /// Lines that name places alone, for code whose WebAssembly isn't at hand.
    pub(super) fn of_places(mut places: Vec<u32>) -> Lines {
        places.sort_unstable();
        places.dedup();
        let end = places.last().map_or(0, |last| last.saturating_add(1));
        Lines { lines: places.into_iter().map(|place| (place, format!("offset {place:#x}"))).collect(), end }
    }

    /// The line of the instruction at a place in the binary; `None` for a place outside of the function, as of code
    /// that was inlined.
    pub(super) fn line_at(&self, place: u32) -> Option<usize> {
        let before = self.lines.partition_point(|(start, _)| *start <= place);
        if place < self.end { before.checked_sub(1) } else { None }
    }

    /// The lines, each with its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().map(|(place, line)| (*place, line.as_str()))
    }
}

/// The text of the functions at these places of a binary, in the order of their places.
///
/// # Errors
///
/// If the binary can't be printed.
pub(super) fn text(wasm: &[u8], places: &[Range<usize>]) -> Result<Vec<Lines>> {
    let mut picker = Picker { places, at: 0, is_within: false, found: Vec::new() };
    picker.found.resize_with(places.len(), Lines::default);
    // Panes are narrow.
    Config::new().indent_text(" ").print(wasm, &mut picker)?;
    let mut found = picker.found;
    for (lines, place) in found.iter_mut().zip(places) {
        lines.end = u32::try_from(place.end)?;
        for (_, line) in &mut lines.lines {
            // Without the module's own indentation.
            let line_of_function = line.strip_prefix(' ').unwrap_or(line);
            *line = Escaped(line_of_function.trim_end()).to_string();
        }
    }
    Ok(found)
}

/// A printer that keeps the lines of some functions, and drops the rest of the module.
struct Picker<'a> {
    places: &'a [Range<usize>],
    /// The place that is next, or that the current line is within.
    at: usize,
    is_within: bool,
    found: Vec<Lines>,
}

impl Print for Picker<'_> {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        if self.is_within
            && let Some((_, line)) = self.found[self.at].lines.last_mut()
        {
            line.push_str(text);
        }
        Ok(())
    }

    fn newline(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn start_line(&mut self, offset: Option<usize>) {
        if let Some(offset) = offset {
            while self.places.get(self.at).is_some_and(|place| place.end <= offset) {
                self.at += 1;
            }
            self.is_within = self.places.get(self.at).is_some_and(|place| place.contains(&offset));
        }
        if self.is_within {
            let lines = &mut self.found[self.at].lines;
            let before = lines.last().map(|(place, _)| *place);
            // A line without a place belongs to the one before.
            let place = offset.and_then(|offset| u32::try_from(offset).ok()).or(before);
            lines.push((place.unwrap_or_default(), String::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::bodies::bodies;

    const MODULE: &str = r#"(module
        (func $first (param i32) (result i32) (local.get 0))
        (func $second (param i32) (result i32) (local i64 f32)
            (if (result i32) (local.get 0) (then (i32.const 7)) (else (unreachable))))
        (func $third)
        (data "(func $third)"))"#;

    fn printed(wasm: &[u8]) -> Vec<Lines> {
        let places: Vec<_> = bodies(wasm).unwrap().into_values().map(|body| body.range).collect();
        text(wasm, &places).unwrap()
    }

    fn joined(lines: &Lines) -> String {
        lines.iter().map(|(_, line)| format!("{}\n", line.trim_start())).collect()
    }

    #[test]
    fn functions_are_picked() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let printed = printed(&wasm);
        assert_eq!(
            joined(&printed[0]),
            "(func $first (;0;) (type 0) (param i32) (result i32)\nlocal.get 0\n)\n"
        );
        assert_eq!(joined(&printed[2]), "(func $third (;2;) (type 1))\n");
        let places = [bodies(&wasm).unwrap().into_values().nth(1).unwrap().range];
        assert_eq!(text(&wasm, &places).unwrap(), printed[1..2]);
    }

    /// Each instruction's place leads to its own line, and no other place does.
    #[test]
    fn places_lead_to_lines() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let second = &printed(&wasm)[1];
        let opcodes =
            [("local.get 0", 0x20), ("if (result i32)", 0x04), ("i32.const 7", 0x41), ("unreachable", 0x00)];
        for (name, opcode) in opcodes {
            let line = second.iter().position(|(_, line)| line.trim_start().starts_with(name)).unwrap();
            let (place, _) = second.iter().nth(line).unwrap();
            assert_eq!(wasm[place as usize], opcode, "{name}");
            assert_eq!(second.line_at(place), Some(line), "{name}");
            // A place within the instruction is its own, too; a planted fault is seen: the next line has another place.
            assert_eq!(
                second.line_at(place + 1).map(|at| at - line),
                Some(usize::from(opcode == 0)),
                "{name}"
            );
        }
        let (start, _) = second.iter().next().unwrap();
        assert_eq!(second.line_at(start - 1), None);
        assert_eq!(second.line_at(second.end), None);
        assert_eq!(second.line_at(second.end - 1), Some(second.iter().count() - 1));
    }

    #[test]
    fn places_alone_are_lines() {
        let lines = Lines::of_places(vec![0x30, 0x26, 0x30]);
        assert_eq!(joined(&lines), "offset 0x26\noffset 0x30\n");
        assert_eq!((lines.line_at(0x26), lines.line_at(0x30), lines.line_at(0x31)), (Some(0), Some(1), None));
        assert_eq!(Lines::of_places(Vec::new()).line_at(0), None);
    }
}
