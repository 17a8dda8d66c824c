//! Artifacts whose signatures are what the host demands.

use crate::open_error::OpenError;
use crate::runtime::Runtime;
#[cfg(feature = "trust")]
use alloc::vec::Vec;
use precompile_artifact::Manifest;
#[cfg(feature = "trust")]
use precompile_artifact::Trust;
#[cfg(feature = "trust")]
use precompile_artifact::mismatch::mismatches;
#[cfg(feature = "trust")]
use precompile_artifact::signature::KeyId;
use precompile_artifact::trailer::Trailer;
#[cfg(feature = "trust")]
use precompile_artifact::trust::Refusal;

/// An artifact whose signatures are what the host demands, or of which none are demanded.
pub(super) struct Accepted {
    pub(super) manifest: Manifest,
    /// The trusted keys that have signed it.
    #[cfg(feature = "trust")]
    pub(super) signers: Vec<KeyId>,
}

impl Accepted {
    /// An artifact that isn't asked for signatures.
    pub(super) fn unasked(trailer: Trailer) -> Accepted {
        Accepted {
            manifest: trailer.manifest,
            #[cfg(feature = "trust")]
            signers: Vec::new(),
        }
    }
}

impl Runtime {
    /// Checks the signatures of the artifact with this trailer, whose digest was checked, if this runtime demands any.
    pub(super) fn accept(&self, trailer: Trailer) -> Result<Accepted, OpenError> {
        #[cfg(feature = "trust")]
        if let Some(trust) = &self.config.trust
            && !(self.config.allow_unsigned && trailer.signatures.is_empty())
        {
            return self.accept_trusted(trailer, trust);
        }
        Ok(Accepted::unasked(trailer))
    }

    /// Checks the signatures of the artifact with this trailer, whose digest was checked. Where they aren't enough, all
    /// else for which the artifact wouldn't load is named, too.
    #[cfg(feature = "trust")]
    pub(super) fn accept_trusted(&self, trailer: Trailer, trust: &Trust) -> Result<Accepted, OpenError> {
        let signers = trust.check(&trailer);
        self.accepted(trailer, signers, trust)
    }

    /// The artifact with this trailer, of whose signatures this came out.
    #[cfg(feature = "trust")]
    pub(super) fn accepted(
        &self,
        trailer: Trailer,
        signers: Result<Vec<KeyId>, Refusal>,
        trust: &Trust,
    ) -> Result<Accepted, OpenError> {
        match signers {
            Ok(signers) => Ok(Accepted { manifest: trailer.manifest, signers }),
            Err(refusal) => {
                let mut reasons = alloc::vec![trust.mismatch(&refusal)];
                reasons.extend(mismatches(&trailer.manifest, self.host()));
                Err(OpenError::Mismatch(reasons))
            }
        }
    }
}
