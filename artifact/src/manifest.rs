//! The manifest: an artifact's description of itself.

#[cfg(not(feature = "messages"))]
use crate::Code;
use crate::fields::{FieldError, Fields, any, sorted_names, triple, version};
use crate::platform::is_pulley_name;
use crate::{Backend, Contract, ErrorText, Item, List, Names, Platform};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The kind of a WebAssembly binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A core module.
    Module,
    /// A component.
    Component,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Module => "module",
            Kind::Component => "component",
        })
    }
}

/// Cranelift's optimisation level. Winch has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptLevel {
    /// No optimisation.
    None,
    /// Optimisation for speed.
    Speed,
    /// Optimisation for speed and size.
    SpeedAndSize,
}

impl fmt::Display for OptLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OptLevel::None => "none",
            OptLevel::Speed => "speed",
            OptLevel::SpeedAndSize => "speed-and-size",
        })
    }
}

/// An import of a module or component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import<'a> {
    /// The namespace.
    pub module: &'a str,
    /// The name within the namespace.
    pub name: &'a str,
    /// The type in the text format: `(func (param i32) (result i64))`.
    pub ty: &'a str,
}

impl Item for Import<'static> {
    const TEXTS: usize = 3;
    type Of<'a> = Import<'a>;
}

/// An export of a module or component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export<'a> {
    /// The name.
    pub name: &'a str,
    /// The type in the text format: `(memory 1)`.
    pub ty: &'a str,
}

impl Item for Export<'static> {
    const TEXTS: usize = 2;
    type Of<'a> = Export<'a>;
}

/// The total size of the memories of a module or component, each counted once for every instance. Imported memories
/// don't count: they belong to the module that defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memories {
    /// The sum of the initial sizes, in bytes.
    pub initial_bytes: u64,
    /// The sum of the declared maxima, in bytes; `None` if a memory declares no maximum, or if only the host knows what
    /// a component instantiates or how often.
    pub maximum_bytes: Option<u64>,
}

/// The manifest of an artifact: everything that decides whether it would load on a host, and its origin. It has no
/// times and no paths, so the same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The kind of the compiled binary.
    pub kind: Kind,
    /// The backend that compiled it.
    pub backend: Backend,
    /// The preset from which the settings started.
    pub platform: Platform,
    /// The target triple, with aliases resolved: `aarch64-unknown-linux-gnu`.
    pub target: String,
    /// The CPU features beyond the architecture's baseline that the code may use, sorted.
    pub cpu_features: Names,
    /// The optimisation level, or `None` for a backend without levels.
    pub opt_level: Option<OptLevel>,
    /// Wasmtime's full version. The artifact's own stamp holds the major number only.
    pub wasmtime_version: String,
    /// The version of `precompile` that wrote the artifact.
    pub precompile_version: String,
    /// BLAKE3 of the WebAssembly binary that was compiled.
    pub source_blake3: [u8; 32],
    /// The WebAssembly features that the runtime must support for the artifact to load, sorted.
    pub features_stamped: Names,
    /// The WebAssembly features that the binary uses, sorted.
    pub features_used: Names,
    /// The imports, in the binary's order.
    pub imports: List<Import<'static>>,
    /// The exports, in the binary's order.
    pub exports: List<Export<'static>>,
    /// The settings on which both sides agree.
    pub settings: Contract,
    /// The sizes of the memories; `None` in artifacts of format 1, which don't have them.
    pub memories: Option<Memories>,
}

/// The error of a manifest that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "messages", error("manifest field `{field}` at offset {offset}: {problem}"))]
#[cfg_attr(not(feature = "messages"), error("{}", Code::Manifest))]
pub struct ManifestError {
    /// The field.
    pub field: &'static str,
    /// The start of the field, in bytes from the start of the file.
    pub offset: u64,
    /// The fault.
    pub problem: ErrorText,
}

impl From<FieldError> for ManifestError {
    fn from(FieldError { field, offset, problem }: FieldError) -> ManifestError {
        ManifestError { field, offset, problem }
    }
}

impl Manifest {
    /// Returns true if the code is for Pulley, the interpreter.
    pub fn is_pulley(&self) -> bool {
        is_pulley_name(&self.target)
    }

    /// The encoded manifest.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a manifest holds nothing that postcard can't encode")
    }

    /// Reads an encoded manifest with this format version, which starts at `offset` in its file. Any bytes may be
    /// given.
    ///
    /// # Errors
    ///
    /// Names the first field that can't be decoded or has an impossible value.
    pub fn decode(bytes: &[u8], offset: u64, format: u32) -> Result<Manifest, ManifestError> {
        let mut fields = Fields::new(bytes, offset);
        let manifest = Manifest {
            kind: fields.next("kind", any)?,
            backend: fields.next("backend", any)?,
            platform: fields.next("platform", any)?,
            target: fields.next("target", |text: &String| triple(text))?,
            cpu_features: fields.list("cpu_features", sorted_names)?,
            opt_level: fields.next("opt_level", any)?,
            wasmtime_version: fields.next("wasmtime_version", |text: &String| version(text))?,
            precompile_version: fields.next("precompile_version", |text: &String| version(text))?,
            source_blake3: fields.next("source_blake3", any)?,
            features_stamped: fields.list("features_stamped", sorted_names)?,
            features_used: fields.list("features_used", sorted_names)?,
            imports: fields.list("imports", any)?,
            exports: fields.list("exports", any)?,
            settings: fields.next("settings", any)?,
            memories: if format < 2 { None } else { fields.next("memories", any)? },
        };
        match fields.left() {
            0 => Ok(manifest),
            excess => {
                let excess = ErrorText::new(|| format!("{excess} bytes too many follow"));
                let last = if format < 2 { "settings" } else { "memories" };
                Err(fields.error(last, excess).into())
            }
        }
    }
}
