//! The slice of a fat artifact that fits this host best.

use super::accepted::Accepted;
use crate::open_error::OpenError;
use crate::runtime::Runtime;
#[cfg(feature = "trust")]
use precompile_artifact::Trust;
use precompile_artifact::fat::{Chosen, ReadAt, choose, is_fat};
use precompile_artifact::trailer::Trailer;

impl Runtime {
    /// The slice of a fat artifact in memory that fits this host best; `None` of any other bytes.
    ///
    /// # Errors
    ///
    /// If the index can't be read, or no slice fits.
    pub(super) fn slice_in(&self, bytes: &[u8]) -> Result<Option<Chosen>, OpenError> {
        if !is_fat(bytes) {
            return Ok(None);
        }
        let read = |buffer: &mut [u8], offset: u64| {
            // Only what is within the bytes is asked for.
            buffer.copy_from_slice(&bytes[offset as usize..][..buffer.len()]);
            Ok(())
        };
        self.slice_of(&read, bytes.len() as u64).map(Some)
    }

    /// The slice of a fat artifact of so many bytes that fits this host best.
    ///
    /// # Errors
    ///
    /// If the index can't be read, or no slice fits.
    pub(super) fn slice_of(&self, read: ReadAt<'_, OpenError>, file_bytes: u64) -> Result<Chosen, OpenError> {
        choose(self.host(), read, file_bytes)?.map_err(OpenError::NoSlice)
    }

    /// Checks the signatures of a slice with this trailer, or of the fat artifact that it is of, if this runtime demands any.
    pub(super) fn accept_slice(&self, chosen: &Chosen, trailer: Trailer) -> Result<Accepted, OpenError> {
        #[cfg(feature = "trust")]
        if let Some(trust) = &self.config.trust
            && !(self.config.allow_unsigned && trailer.signatures.is_empty() && chosen.signatures.is_empty())
        {
            return self.accept_trusted_slice(chosen, trailer, trust);
        }
        Ok(Accepted::unasked(chosen.checked(trailer)?))
    }

    /// Checks the signatures of a slice with this trailer, or of the fat artifact that it is of.
    #[cfg(feature = "trust")]
    pub(super) fn accept_trusted_slice(
        &self,
        chosen: &Chosen,
        trailer: Trailer,
        trust: &Trust,
    ) -> Result<Accepted, OpenError> {
        let trailer = chosen.checked(trailer)?;
        let signers = trust.check_slice(&trailer, &chosen.head, &chosen.signatures);
        self.accepted(trailer, signers, trust)
    }
}
