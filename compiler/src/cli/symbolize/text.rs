//! A backtrace in the form of text: its frames get lines, and all else is passed on.

use super::chain::Chain;
use super::code_frame::CodeFrame;
use super::mappings::Mappings;
use super::trap_frame::TrapFrame;
use crate::symbolize::found::Found;
use crate::symbolize::sources::Sources;
use anyhow::Result;
use precompile::artifact::Escaped;
use std::io::{BufRead, Read, Write};

/// The length from which on a line is passed on without being read: no frame is so long.
const MOST_LINE_BYTES: u64 = 64 << 10;

/// Passes a text on, with lines below its frames.
///
/// # Errors
///
/// If the text can't be read, or the output can't be written.
pub(super) fn pass(mut trace: impl BufRead, to: &mut impl Write, sources: &mut Sources<'_>) -> Result<()> {
    let (mut chain, mut mappings) = (Chain::default(), Mappings::default());
    let (mut bytes, mut is_continued) = (Vec::new(), false);
    loop {
        bytes.clear();
        if trace.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let is_whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < MOST_LINE_BYTES;
        let text = str::from_utf8(&bytes).ok().filter(|_| is_whole && !is_continued);
        is_continued = !is_whole;
        match text.and_then(|text| frame(text, &mut chain, &mut mappings, sources)) {
            Some(lines) => to.write_all(lines.as_bytes())?,
            None => to.write_all(&bytes)?,
        }
    }
}

/// The lines instead of one that is a frame.
fn frame(
    text: &str,
    chain: &mut Chain,
    mappings: &mut Mappings,
    sources: &mut Sources<'_>,
) -> Option<String> {
    let line = text.trim_end_matches(['\r', '\n']);
    if let Some(frame) = TrapFrame::parse(line) {
        let found = match frame.offset {
            Some(offset) => sources.at_offset(frame.module, offset, Some(frame.function)),
            None => sources.in_function(frame.module, frame.function),
        };
        return found.map(|found| of_trap(&frame, &found));
    }
    if let Some(code) = CodeFrame::parse(line, mappings, sources) {
        let offset = match (code.is_trap, line.starts_with('\t')) {
            (true, _) => chain.instruction(code.offset, !sources.is_trap(code.artifact, code.offset)),
            (false, true) => chain.instruction(code.offset, false),
            // A sample without its callers.
            (false, false) => code.offset,
        };
        return sources.at_code(code.artifact, offset).map(|found| of_code(line, &found));
    }
    chain.other_line(line);
    mappings.add(line, |path| sources.artifact(path));
    None
}

/// The lines of a frame in a module: those that wasmtime prints where it knows the lines of source.
fn of_trap(frame: &TrapFrame<'_>, found: &Found) -> String {
    let TrapFrame { before, head, module, function, .. } = *frame;
    let name = Escaped(found.innermost().unwrap_or(function));
    let first = match found.frames.is_empty() {
        true => format!("{head}{module}!{name}\n"),
        false => format!("{head}{name}\n"),
    };
    first + &found.lines(before)
}

/// The lines of a frame in machine code: its own, and below it those of the source.
fn of_code(line: &str, found: &Found) -> String {
    format!("{line}\n                - {}\n{}", found.shown(), found.lines(""))
}
