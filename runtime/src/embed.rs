//! Artifacts that are part of the program.

mod const_string;
mod fit;

use core::fmt;
use precompile_artifact::Manifest;
use precompile_artifact::trailer::{self, ReadError};

/// An artifact that is part of the program: [`include_cwasm!`](crate::include_cwasm) makes it, and
/// [`Runtime::open_embedded`](crate::Runtime::open_embedded) opens it.
#[derive(Clone, Copy)]
pub struct Embedded {
    name: &'static str,
    artifact: &'static [u8],
}

impl Embedded {
    /// # Panics
    ///
    /// If the artifact can't fit this program. The call is evaluated when the program is compiled.
    pub(crate) const fn new(name: &'static str, artifact: &'static [u8]) -> Embedded {
        if let Some(text) = fit::problem(name, artifact) {
            panic!("{}", text.as_str());
        }
        Embedded { name, artifact }
    }

    /// The name in [`include_cwasm!`](crate::include_cwasm).
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The artifact's bytes. Their address is a multiple of 16.
    pub fn artifact(&self) -> &'static [u8] {
        self.artifact
    }

    /// The artifact's manifest.
    ///
    /// # Errors
    ///
    /// If the artifact is a stub.
    pub fn manifest(&self) -> Result<Manifest, ReadError> {
        trailer::read_unverified(self.artifact).map(|trailer| trailer.manifest)
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Embedded { name, artifact } = self;
        f.debug_struct("Embedded").field("name", name).field("artifact_bytes", &artifact.len()).finish()
    }
}
