//! The shares that sections and functions have in the bytes of an artifact.

use crate::demangled::{demangled, described};
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::inspect::{Code, Inspection};
use std::cmp::Reverse;

/// The number of zeros at the end of a section that are worth a part: fewer align what follows.
const WORTH_A_PART_BYTES: u64 = 256;

/// The part of a file, with what it is for.
pub(super) struct Share {
    pub(super) name: String,
    /// The name for a drawing, where room is scarce.
    pub(super) label: String,
    pub(super) bytes: u64,
    pub(super) content: Content,
    /// The shares within it, the largest first.
    pub(super) within: Vec<Share>,
}

/// The content of a part, for which a way to make it smaller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Code,
    AddressMap,
    Symbols,
    Names,
    Unwinding,
    Data,
    Padding,
    Other,
}

impl Content {
    /// All contents, in the order of the page's colours.
    pub(super) const ALL: [Content; 8] = [
        Content::Code,
        Content::AddressMap,
        Content::Symbols,
        Content::Names,
        Content::Unwinding,
        Content::Data,
        Content::Padding,
        Content::Other,
    ];

    fn of(section: &str) -> Content {
        match section {
            ".text" => Content::Code,
            ".wasmtime.addrmap" => Content::AddressMap,
            ".symtab" | ".strtab" => Content::Symbols,
            ".name.wasm" => Content::Names,
            ".eh_frame" => Content::Unwinding,
            ".rodata.wasm" => Content::Data,
            _ => Content::Other,
        }
    }

    /// The number of its colour.
    pub(super) fn colour(self) -> usize {
        Content::ALL.iter().position(|content| *content == self).unwrap_or_default()
    }

    /// The name in the legend.
    pub(super) fn name(self) -> &'static str {
        match self {
            Content::Code => "machine code",
            Content::AddressMap => "map to the WebAssembly",
            Content::Symbols => "symbols",
            Content::Names => "names of functions",
            Content::Unwinding => "tables for unwinding",
            Content::Data => "data of the module",
            Content::Padding => "zeros that align",
            Content::Other => "the rest",
        }
    }

    /// The way to make it smaller; empty where there is none but a smaller module.
    pub(super) fn way(self) -> &'static str {
        match self {
            Content::Code => "a smaller module; with Cranelift, -Os",
            Content::AddressMap => "--strip address-map",
            Content::Symbols => "--strip symbols",
            Content::Names => "--strip names",
            Content::Unwinding => "--strip unwind",
            Content::Data => "less data in the module",
            Content::Padding | Content::Other => "",
        }
    }
}

/// The parts of a file, the largest first. Functions are within the machine code, and zeros at the end of a section
/// are a part of their own.
///
/// # Errors
///
/// If the machine code can't be read.
pub(super) fn shares(artifact: &[u8], inspection: &Inspection) -> Result<Vec<Share>> {
    let mut shares = Vec::new();
    for section in &inspection.sections {
        let content = Content::of(&section.name);
        let zeros =
            Some(section.zeros_at_end).filter(|zeros| *zeros >= WORTH_A_PART_BYTES).unwrap_or_default();
        let bytes = section.bytes.saturating_sub(zeros);
        let within = if content == Content::Code { functions(artifact, bytes)? } else { Vec::new() };
        let name = Escaped(&section.name).to_string();
        shares.push(share(format!("zeros at the end of {name}"), zeros, Content::Padding));
        shares.push(Share { within, ..share(name, bytes, content) });
    }
    shares.push(share("padding between parts".into(), inspection.padding_bytes, Content::Padding));
    Ok(sorted(shares))
}

/// The functions in so many bytes of machine code, and the rest of it.
fn functions(artifact: &[u8], bytes: u64) -> Result<Vec<Share>> {
    let code = Code::read(artifact)?;
    let mut rest = bytes;
    let mut functions = Vec::new();
    for function in code.functions() {
        // Functions of a faulty file may overlap.
        let bytes = function.bytes.min(rest);
        rest -= bytes;
        let name = Escaped(&described(function)).to_string();
        let label = function.name.as_deref().map_or_else(|| name.clone(), label);
        functions.push(Share { label, ..share(name, bytes, Content::Code) });
    }
    if !functions.is_empty() {
        functions.push(share("between functions".into(), rest, Content::Padding));
    }
    Ok(sorted(functions))
}

/// The short name of a function: of Rust's paths, the end.
fn label(name: &str) -> String {
    let read = demangled(name);
    let short = if read == name { name } else { read.rsplit("::").next().unwrap_or(name) };
    Escaped(short).to_string()
}

fn share(name: String, bytes: u64, content: Content) -> Share {
    Share { label: name.clone(), name, bytes, content, within: Vec::new() }
}

/// The shares that have any bytes, the largest first.
fn sorted(mut shares: Vec<Share>) -> Vec<Share> {
    shares.retain(|share| share.bytes > 0);
    shares.sort_by_key(|share| Reverse(share.bytes));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile::inspect::inspect;
    use precompile::{Backend, Compiler, Options, Platform};

    #[test]
    fn labels_are_short() {
        let names = ["_ZN5resvg6filter6_apply17h22fdf804ed1081adE", "std::sort(std::string)", "a\nb"];
        assert_eq!(names.map(label), ["_apply", "std::sort(std::string)", "a\\nb"]);
    }

    /// Every byte of a file is in one part, and every byte of its code in one function or between them.
    #[test]
    fn nothing_is_lost() {
        let text = r#"(module (memory 1) (data (i32.const 0) "data")
            (func $one (export "f")) (func $two (call $one)))"#;
        for target in ["x86_64", "aarch64"] {
            let options = Options::new(Backend::Winch, target.parse().unwrap(), Platform::Hosted).unwrap();
            let artifact = Compiler::default().compile(&options, text.as_bytes()).unwrap().artifact;
            let shares = shares(&artifact, &inspect(&artifact).unwrap()).unwrap();
            assert_eq!(shares.iter().map(|share| share.bytes).sum::<u64>(), artifact.len() as u64);
            assert!(shares.is_sorted_by_key(|share| Reverse(share.bytes)));
            let code = shares.iter().find(|share| share.content == Content::Code).unwrap();
            assert_eq!(code.within.iter().map(|share| share.bytes).sum::<u64>(), code.bytes);
            for name in ["function 0 `one`", "function 1 `two`"] {
                assert!(code.within.iter().any(|share| share.name == name), "{name}");
            }
        }
    }
}
