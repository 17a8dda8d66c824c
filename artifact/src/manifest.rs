//! The manifest: an artifact's description of itself.

#[cfg(not(feature = "messages"))]
use crate::Code;
use crate::{Backend, Contract, ErrorText, Item, List, Names, Platform};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use target_lexicon::Triple;
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

impl Manifest {
    /// Returns true if the code is for Pulley, the interpreter.
    pub fn is_pulley(&self) -> bool {
        // No other architecture's name starts like that.
        self.target.starts_with("pulley")
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
        let mut fields = Fields { rest: bytes, length: bytes.len(), offset };
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
        if fields.rest.is_empty() {
            Ok(manifest)
        } else {
            let excess = ErrorText::new(|| format!("{} bytes too many follow", fields.rest.len()));
            let last = if format < 2 { "settings" } else { "memories" };
            Err(fields.error(last, excess))
        }
    }
}

/// A reader of a value at the start of some bytes. It also returns the bytes that follow.
type Take<'a, T> = fn(&'a [u8]) -> postcard::Result<(T, &'a [u8])>;

/// The unread fields. In postcard's encoding, a struct is its fields one after the other.
struct Fields<'a> {
    rest: &'a [u8],
    length: usize,
    offset: u64,
}

impl<'a> Fields<'a> {
    /// The next field. The code is instantiated once for each type and not for each field, because the runtime must be
    /// small.
    fn next<T: Deserialize<'a>>(
        &mut self,
        field: &'static str,
        check: fn(&T) -> Result<(), ErrorText>,
    ) -> Result<T, ManifestError> {
        self.take(field, postcard::take_from_bytes, check)
    }

    fn list<T: Item>(
        &mut self,
        field: &'static str,
        check: fn(&List<T>) -> Result<(), ErrorText>,
    ) -> Result<List<T>, ManifestError> {
        self.take(field, List::take, check)
    }

    fn take<T>(
        &mut self,
        field: &'static str,
        take: Take<'a, T>,
        check: fn(&T) -> Result<(), ErrorText>,
    ) -> Result<T, ManifestError> {
        let (value, rest) = take(self.rest).map_err(|error| self.undecodable(field, error))?;
        check(&value).map_err(|problem| self.error(field, problem))?;
        self.rest = rest;
        Ok(value)
    }

    #[cold]
    #[inline(never)]
    fn undecodable(&self, field: &'static str, error: postcard::Error) -> ManifestError {
        self.error(field, ErrorText::new(|| error.to_string()))
    }

    #[cold]
    #[inline(never)]
    fn error(&self, field: &'static str, problem: ErrorText) -> ManifestError {
        let read = self.length - self.rest.len();
        ManifestError { field, offset: self.offset + read as u64, problem }
    }
}

fn any<T>(_: &T) -> Result<(), ErrorText> {
    Ok(())
}

// Triples and versions stand in texts of one line, such as a statement, and their parsers take any character somewhere.

fn triple(text: &str) -> Result<(), ErrorText> {
    match text.parse::<Triple>() {
        Ok(_) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err(ErrorText::new(|| format!("{text:?} is not a target triple"))),
    }
}

fn version(text: &str) -> Result<(), ErrorText> {
    match crate::version::numbers(text) {
        Some(_) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err(ErrorText::new(|| format!("{text:?} is not a version"))),
    }
}

fn sorted_names(names: &Names) -> Result<(), ErrorText> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
    };
    let mut last = "";
    for name in names {
        if !is_name(name) {
            return Err(ErrorText::new(|| format!("{name:?} is not the name of a feature")));
        }
        if name <= last {
            return Err(ErrorText::new(|| "the names are not in order".into()));
        }
        last = name;
    }
    Ok(())
}
