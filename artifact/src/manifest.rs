//! The words of an artifact about itself.

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

/// The kind of what was compiled.
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

/// The level of Cranelift's optimisation. Winch has no such choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptLevel {
    /// Not at all.
    None,
    /// For speed.
    Speed,
    /// For speed and size.
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

/// Something that the module wants from its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import<'a> {
    /// The namespace.
    pub module: &'a str,
    /// The name within it.
    pub name: &'a str,
    /// Its type in the text format: `(func (param i32) (result i64))`.
    pub ty: &'a str,
}

impl Item for Import<'static> {
    const TEXTS: usize = 3;
    type Of<'a> = Import<'a>;
}

/// Something that the module offers to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export<'a> {
    /// The name.
    pub name: &'a str,
    /// Its type in the text format: `(memory 1)`.
    pub ty: &'a str,
}

impl Item for Export<'static> {
    const TEXTS: usize = 2;
    type Of<'a> = Export<'a>;
}

/// The room that the memories of a module or component take together, each as often as it is instantiated.
/// Those that it imports are their owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memories {
    /// Their sizes at the start, in bytes.
    pub initial_bytes: u64,
    /// Their declared maxima, in bytes; `None` where one of them declares none, or is instantiated by a component
    /// that its host hands it to.
    pub maximum_bytes: Option<u64>,
}

/// The words of an artifact about itself: all that is needed to tell whether it would load somewhere,
/// and where it came from. It holds no times and no paths, so the same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The kind of what was compiled.
    pub kind: Kind,
    /// The compiler.
    pub backend: Backend,
    /// The preset from which the settings started.
    pub platform: Platform,
    /// The target triple, aliases resolved: `aarch64-unknown-linux-gnu`.
    pub target: String,
    /// Features of the processor that the code may use beyond the architecture's baseline, sorted.
    pub cpu_features: Names,
    /// The optimisation level, or `None` for a backend without levels.
    pub opt_level: Option<OptLevel>,
    /// Wasmtime's full version. The artifact's own stamp holds the major number only.
    pub wasmtime_version: String,
    /// The version of `precompile` that wrote the artifact.
    pub precompile_version: String,
    /// BLAKE3 of the WebAssembly binary that was compiled.
    pub source_blake3: [u8; 32],
    /// WebAssembly features that the runtime must support for the artifact to load, sorted.
    pub features_stamped: Names,
    /// WebAssembly features that the module makes use of, sorted.
    pub features_used: Names,
    /// Imports, in the module's order.
    pub imports: List<Import<'static>>,
    /// Exports, in the module's order.
    pub exports: List<Export<'static>>,
    /// The settings on which both sides agree.
    pub settings: Contract,
    /// The memories; `None` in artifacts of format 1, which don't say.
    pub memories: Option<Memories>,
}

/// A manifest that can't be read: the field and its offset in the file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "messages", error("manifest field `{field}` at offset {offset}: {problem}"))]
#[cfg_attr(not(feature = "messages"), error("{}", Code::Manifest))]
pub struct ManifestError {
    /// The field.
    pub field: &'static str,
    /// Its start, in bytes from the start of the file.
    pub offset: u64,
    /// Its fault.
    pub problem: ErrorText,
}

impl Manifest {
    /// The test that the code is for Pulley, the interpreter.
    pub fn is_pulley(&self) -> bool {
        // No other architecture has such a name.
        self.target.starts_with("pulley")
    }

    /// The encoded manifest.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a manifest holds nothing that postcard can't encode")
    }

    /// Reads an encoded manifest of a format, which starts at `offset` in its file. Any bytes may be
    /// given.
    ///
    /// # Errors
    ///
    /// Names the first field that doesn't decode or whose value can't be.
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

/// A reader of a value that bytes start with, which says what follows.
type Take<'a, T> = fn(&'a [u8]) -> postcard::Result<(T, &'a [u8])>;

/// The encoded fields that are left. A postcard struct is its fields, one after the other.
struct Fields<'a> {
    rest: &'a [u8],
    length: usize,
    offset: u64,
}

impl<'a> Fields<'a> {
    /// The code for it stands once for each type: a runtime is to be small.
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

fn triple(text: &str) -> Result<(), ErrorText> {
    match text.parse::<Triple>() {
        Ok(_) => Ok(()),
        Err(_) => Err(ErrorText::new(|| format!("{text:?} is not a target triple"))),
    }
}

fn version(text: &str) -> Result<(), ErrorText> {
    match crate::version::numbers(text) {
        Some(_) => Ok(()),
        None => Err(ErrorText::new(|| format!("{text:?} is not a version"))),
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
