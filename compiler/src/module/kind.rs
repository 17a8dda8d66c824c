//! The kind of a binary: a module or a component.

use precompile_artifact::fat::is_fat;
use precompile_artifact::manifest::Kind;
use precompile_artifact::{foreign, trailer};
use thiserror::Error;

/// A file that is neither WebAssembly's binary form nor its text form, with a description of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not WebAssembly: {0}")]
pub struct NotWasm(pub &'static str);

/// The kind of a binary, by its first bytes.
///
/// # Errors
///
/// A description of any other file.
pub(crate) fn kind(wasm: &[u8]) -> Result<Kind, NotWasm> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    Err(NotWasm(match wasm {
        _ if wasm.starts_with(MODULE) => return Ok(Kind::Module),
        _ if wasm.starts_with(COMPONENT) => return Ok(Kind::Component),
        _ if !wasm.is_empty() && MODULE.starts_with(wasm) => "it is cut off",
        _ if wasm.starts_with(b"\0asm") => "it has an unknown version",
        _ if trailer::read_unverified(wasm).is_ok() || is_fat(wasm) => {
            "it is compiled already: `precompile-run` runs it"
        }
        _ if trailer::image(wasm).is_ok() => "it is compiled already, by wasmtime",
        _ if wasm.starts_with(b"\x7fELF") => "it is an ELF file, of machine code",
        _ => foreign(wasm).unwrap_or(
            "it starts neither with `\\0asm`, as a binary does, nor with `(`, as its text form does",
        ),
    }))
}
