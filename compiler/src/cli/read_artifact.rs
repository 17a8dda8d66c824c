//! Artifacts as files hold them: for one kind of host, or fat.

use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::escaped_path;
use precompile::artifact::fat::{Head, Slice, is_fat};
use precompile::artifact::statement::Statement;
use precompile::artifact::trailer::{self, ReadError, Trailer};
use std::path::Path;

/// An undamaged artifact.
pub(crate) enum ReadArtifact {
    /// One for one kind of host.
    Thin(Box<Trailer>),
    /// One for several.
    Fat(Box<FatArtifact>),
}

/// An undamaged fat artifact.
pub(crate) struct FatArtifact {
    pub(crate) head: Head,
    /// The encoded signatures of the head.
    pub(crate) signatures: Vec<u8>,
    /// The trailer of each slice, in their order.
    pub(crate) trailers: Vec<Trailer>,
}

impl ReadArtifact {
    /// Reads the artifact in these bytes of a file, and checks every digest.
    ///
    /// # Errors
    ///
    /// If it is none, or a damaged one; the error names the file.
    pub(crate) fn of(path: &Path, bytes: &[u8]) -> Result<ReadArtifact> {
        match is_fat(bytes) {
            true => Ok(ReadArtifact::Fat(Box::new(FatArtifact::of(path, bytes)?))),
            false => match trailer::read(bytes) {
                Ok(trailer) => Ok(ReadArtifact::Thin(Box::new(trailer))),
                Err(error) => Err(unreadable::no_artifact(path, bytes, &error)),
            },
        }
    }

    /// The text that a signature of the artifact signs.
    pub(crate) fn statement(&self) -> Statement {
        match self {
            ReadArtifact::Thin(trailer) => Statement::of(trailer),
            ReadArtifact::Fat(fat) => Statement::of_fat(&fat.head),
        }
    }

    /// The encoded signatures of that text.
    pub(crate) fn signatures(&self) -> &[u8] {
        match self {
            ReadArtifact::Thin(trailer) => &trailer.signatures,
            ReadArtifact::Fat(fat) => &fat.signatures,
        }
    }

    /// The length of what is signed, in bytes from the start of the file.
    pub(crate) fn signed_bytes(&self) -> u64 {
        match self {
            ReadArtifact::Thin(trailer) => trailer.digest_offset,
            ReadArtifact::Fat(fat) => fat.head.index.end(),
        }
    }
}

impl FatArtifact {
    /// Reads the fat artifact in these bytes of a file, and checks every digest.
    ///
    /// # Errors
    ///
    /// If it is none, or a damaged one; the error names the file.
    pub(crate) fn of(path: &Path, bytes: &[u8]) -> Result<FatArtifact> {
        let named = || format!("`{}`", escaped_path(path));
        let (head, signatures) = FatArtifact::head(bytes).with_context(named)?;
        let trailers = head.index.slices.iter().enumerate().map(|(at, slice)| {
            let found = trailer::read(&slice.bytes_in(bytes));
            let trailer = found.with_context(|| format!("{}: slice {}: {slice}", named(), at + 1))?;
            match slice.is_of(&trailer) {
                true => Ok(trailer),
                false => Err(ReadError::Slice { slice: at + 1 }).with_context(named),
            }
        });
        let trailers = trailers.collect::<Result<_>>()?;
        Ok(FatArtifact { head, signatures, trailers })
    }

    /// The head of a fat artifact, and its encoded signatures.
    fn head(bytes: &[u8]) -> Result<(Head, Vec<u8>), ReadError> {
        let head = Head::read(bytes, bytes.len() as u64)?;
        let signatures = head.signatures(&bytes[head.index.end() as usize..])?;
        Ok((head, signatures))
    }

    /// The slices, each with its trailer.
    pub(crate) fn slices(&self) -> impl Iterator<Item = (&Slice, &Trailer)> {
        self.head.index.slices.iter().zip(&self.trailers)
    }
}
