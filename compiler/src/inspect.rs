//! The inspection of an artifact, of precompile's or of wasmtime's own.

mod code;
mod function;
mod sections;
mod stamped;
mod stock;

pub use crate::backend::tunables::{Setting, Value};
pub use code::{Code, CodeError};
pub use function::{Function, FunctionIndex};
pub use sections::{Section, SectionsError};
pub use stamped::{Details, Stamped};
pub use stock::{Flag, Stock};

use crate::backend::stamp::StampError;
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::trailer::{self, ReadError, Trailer};
use precompile_artifact::{Backend, Names};
use thiserror::Error;

/// The description of an artifact.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The file's length in bytes.
    pub file_bytes: u64,
    /// The kind: a module or a component.
    pub kind: Kind,
    /// The program that wrote it.
    pub origin: Origin,
    /// Wasmtime's stamp: the settings that it was compiled with.
    pub stamped: Stamped,
    /// The file's parts, in the file's order.
    pub sections: Vec<Section>,
    /// The number of bytes between those parts, which align them.
    pub padding_bytes: u64,
}

/// The program that wrote an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `precompile`.
    Ours {
        /// The manifest.
        manifest: Box<Manifest>,
        /// `true` if the digest is right: the artifact is undamaged.
        digest_ok: bool,
    },
    /// Wasmtime's own command or library, which writes no trailer.
    Upstream,
}

/// The reason why bytes can't be inspected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InspectError {
    /// The bytes are no artifact, or one with a trailer that can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The sections can't be listed.
    #[error("the ELF image can't be read: {0}")]
    Elf(SectionsError),
    /// Wasmtime's stamp can't be read.
    #[error(transparent)]
    Stamp(#[from] StampError),
}

/// Describes an artifact. Any bytes may be given.
///
/// # Errors
///
/// Any [`InspectError`]. A wrong digest and a missing trailer are no errors.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    let image = trailer::image(bytes)?;
    let trailer = match trailer::read(bytes) {
        Ok(trailer) => Some((trailer, true)),
        Err(ReadError::Digest { .. }) => Some((trailer::read_unverified(bytes)?, false)),
        Err(ReadError::NoTrailer { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    // `trailer::image` has checked that the file is at least as long as its image.
    let image_bytes = &bytes[..image.bytes as usize];
    let mut sections = sections::of_image(image_bytes).map_err(InspectError::Elf)?;
    if let Some((trailer, _)) = &trailer {
        sections.extend(sections::of_trailer(image.bytes, trailer.digest_offset, bytes.len() as u64));
    }
    let stamped = Stamped::read(image_bytes, image.kind)?;
    Ok(Inspection {
        file_bytes: bytes.len() as u64,
        kind: image.kind,
        origin: trailer.map_or(Origin::Upstream, Origin::ours),
        stamped,
        padding_bytes: sections::padding_bytes(&sections, bytes.len() as u64),
        sections,
    })
}

impl Origin {
    fn ours((trailer, digest_ok): (Trailer, bool)) -> Origin {
        Origin::Ours { manifest: Box::new(trailer.manifest), digest_ok }
    }
}

impl Inspection {
    /// The manifest; `None` for wasmtime's own artifacts.
    pub fn manifest(&self) -> Option<&Manifest> {
        match &self.origin {
            Origin::Ours { manifest, .. } => Some(manifest),
            Origin::Upstream => None,
        }
    }

    /// The compiler; `None` if only another version of wasmtime could read it.
    pub fn backend(&self) -> Option<Backend> {
        let stamped = self.stamped.details.as_ref().map(|details| details.backend);
        self.manifest().map(|manifest| manifest.backend).or(stamped)
    }

    /// The target triple; `None` if only another version of wasmtime could read it.
    pub fn target(&self) -> Option<&str> {
        let stamped = self.stamped.target.as_deref();
        self.manifest().map(|manifest| manifest.target.as_str()).or(stamped)
    }

    /// Names of the WebAssembly features that a runtime must support; `None` if only another version of
    /// wasmtime could read them.
    pub fn features_stamped(&self) -> Option<&Names> {
        let stamped = self.stamped.details.as_ref().map(|details| &details.features);
        self.manifest().map(|manifest| &manifest.features_stamped).or(stamped)
    }

    /// Wasmtime's version: in full for our artifacts; for wasmtime's own, the stamped major number.
    pub fn wasmtime_version(&self) -> &str {
        self.manifest().map_or(&self.stamped.version, |manifest| &manifest.wasmtime_version)
    }

    /// Cranelift's level of optimisation; `None` for Winch's code, or if it is unknown.
    pub fn opt_level(&self) -> Option<String> {
        let details = self.stamped.details.as_ref().filter(|_| self.backend() == Some(Backend::Cranelift));
        let stamped = details.and_then(|details| details.shared_flag("opt_level"));
        let level = self.manifest().and_then(|manifest| manifest.opt_level);
        level.map(|level| level.to_string()).or(stamped.map(|level| level.replace('_', "-")))
    }

    /// The warnings about damage, an unreadable stamp, and loading by stock wasmtime.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if matches!(self.origin, Origin::Ours { digest_ok: false, .. }) {
            warnings.push("damaged: the digest is not that of the content".into());
        }
        if self.stamped.details.is_none() {
            warnings.push(format!(
                "wasmtime stamped it as version `{}`: of that, only the target can be read",
                self.stamped.version
            ));
        }
        if let Some(details) = &self.stamped.details {
            warnings.extend(details.stock.warnings.iter().cloned());
        }
        warnings
    }
}
