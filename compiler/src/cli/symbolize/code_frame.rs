//! A line with an address in an artifact: `app.cwasm+0x1a2b`, or as `perf script` prints it.

use super::mappings::{Mappings, hexadecimal};
use crate::symbolize::sources::{Sources, UNNAMED};

/// The digits of the shortest address: shorter numbers are those of processes and times.
const LEAST_DIGITS: usize = 8;

/// An address in an artifact's machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodeFrame {
    /// The number of the artifact.
    pub(super) artifact: usize,
    /// The offset in its file.
    pub(super) offset: u64,
    /// The line is of a trap, whose first address may be one to which a call returns, too.
    pub(super) is_trap: bool,
}

impl CodeFrame {
    /// The address on a line; `None` if there is none in an artifact that was named.
    pub(super) fn parse(line: &str, mappings: &Mappings, sources: &mut Sources<'_>) -> Option<CodeFrame> {
        with_offset(line, sources).or_else(|| of_perf(line, mappings, sources))
    }
}

/// The address in `app.cwasm+0x1a2b`, anywhere on the line.
fn with_offset(line: &str, sources: &Sources<'_>) -> Option<CodeFrame> {
    line.match_indices("+0x").find_map(|(at, mark)| {
        let start = line[..at].rfind([' ', '\t', '(']).map_or(0, |space| space + 1);
        let name = &line[start..at];
        let artifact = sources.artifact(name)?;
        let rest = &line[at + mark.len()..];
        let end = rest.find(|digit: char| !digit.is_ascii_hexdigit()).unwrap_or(rest.len());
        Some(CodeFrame { artifact, offset: hexadecimal(&rest[..end])?, is_trap: name == UNNAMED })
    })
}

/// The address of a line of `perf script`: `7f00 wasm[0]::function[1]::f+0x12 (/app.cwasm)`.
fn of_perf(line: &str, mappings: &Mappings, sources: &mut Sources<'_>) -> Option<CodeFrame> {
    let line = line.trim_end().strip_suffix(')')?;
    // Of a file that isn't there any more, as of one in memory.
    let line = line.strip_suffix(" (deleted)").unwrap_or(line);
    let (rest, file) = line.rsplit_once(" (")?;
    let artifact = sources.artifact(file)?;
    if let Some((symbol, within)) = symbol_in(rest)
        && let Some(start) = sources.symbol(artifact, symbol)
    {
        return Some(CodeFrame { artifact, offset: start.checked_add(within)?, is_trap: false });
    }
    // A function's name may have spaces in it, and the address is before it.
    let is_long = |word: &&str| word.len() >= LEAST_DIGITS;
    let address = rest.split_whitespace().filter(is_long).find_map(hexadecimal)?;
    let (mapped, offset) = mappings.find(address)?;
    (mapped == artifact).then_some(CodeFrame { artifact, offset, is_trap: false })
}

/// The symbol of wasmtime's in a text, and the offset behind its start.
fn symbol_in(text: &str) -> Option<(&str, u64)> {
    let (symbol, within) = text[text.find("wasm[")?..].rsplit_once("+0x")?;
    Some((symbol, hexadecimal(within)?))
}
