//! What an artifact is: ours, or one that wasmtime wrote by itself.

mod sections;
mod stamped;
mod stock;

pub use crate::backend::tunables::{Setting, Value};
pub use sections::Section;
pub use stamped::{Details, Stamped};
pub use stock::{Flag, Stock};

use crate::backend::stamp::StampError;
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::trailer::{self, ReadError, Trailer};
use precompile_artifact::{Backend, Names};
use thiserror::Error;

/// What an artifact is.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The file's length in bytes.
    pub file_bytes: u64,
    /// What was compiled.
    pub kind: Kind,
    /// Who wrote it.
    pub origin: Origin,
    /// What wasmtime says in it about how it was compiled.
    pub stamped: Stamped,
    /// The file's parts, in the file's order.
    pub sections: Vec<Section>,
    /// Bytes between those parts, which align them.
    pub padding_bytes: u64,
}

/// Who wrote an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `precompile`.
    Ours {
        /// What the artifact says about itself.
        manifest: Box<Manifest>,
        /// The artifact is undamaged.
        digest_ok: bool,
    },
    /// Wasmtime's own command or library, which writes no trailer.
    Upstream,
}

/// Why bytes can't be inspected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InspectError {
    /// They are no artifact, or one with a trailer that can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The sections can't be listed.
    #[error("the ELF image can't be read: {0}")]
    Elf(String),
    /// What wasmtime stamped can't be read.
    #[error(transparent)]
    Stamp(#[from] StampError),
}

/// Tells what an artifact is. Any bytes may be given.
///
/// # Errors
///
/// Any [`InspectError`]. A wrong digest and a missing trailer are none.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    let image = trailer::image(bytes)?;
    let trailer = match trailer::read(bytes) {
        Ok(trailer) => Some((trailer, true)),
        Err(ReadError::Digest { .. }) => Some((trailer::read_unverified(bytes)?, false)),
        Err(ReadError::NoTrailer { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    // What was read says that the file is at least as long as its image.
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
    /// What the artifact says about itself; `None` of upstream's.
    pub fn manifest(&self) -> Option<&Manifest> {
        match &self.origin {
            Origin::Ours { manifest, .. } => Some(manifest),
            Origin::Upstream => None,
        }
    }

    /// The compiler; `None` where only another version of wasmtime could tell.
    pub fn backend(&self) -> Option<Backend> {
        let stamped = self.stamped.details.as_ref().map(|details| details.backend);
        self.manifest().map(|manifest| manifest.backend).or(stamped)
    }

    /// The target triple; `None` where only another version of wasmtime could tell.
    pub fn target(&self) -> Option<&str> {
        let stamped = self.stamped.target.as_deref();
        self.manifest().map(|manifest| manifest.target.as_str()).or(stamped)
    }

    /// Names of the WebAssembly features that a runtime must support; `None` where only another
    /// version of wasmtime could tell.
    pub fn features_stamped(&self) -> Option<&Names> {
        let stamped = self.stamped.details.as_ref().map(|details| &details.features);
        self.manifest().map(|manifest| &manifest.features_stamped).or(stamped)
    }

    /// Wasmtime's version: in full of ours; of upstream's what is stamped, the major number.
    pub fn wasmtime_version(&self) -> &str {
        self.manifest().map_or(&self.stamped.version, |manifest| &manifest.wasmtime_version)
    }

    /// How hard Cranelift optimised; `None` of Winch's code, and where it isn't known.
    pub fn opt_level(&self) -> Option<String> {
        let details = self.stamped.details.as_ref().filter(|_| self.backend() == Some(Backend::Cranelift));
        let stamped = details.and_then(|details| details.shared_flag("opt_level"));
        let level = self.manifest().and_then(|manifest| manifest.opt_level);
        level.map(|level| level.to_string()).or(stamped.map(|level| level.replace('_', "-")))
    }

    /// What to beware of.
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
