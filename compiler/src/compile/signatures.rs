//! The signatures that a compilation makes, and asks of what a shared cache has.

use crate::sign::{SecretKey, envelope};
use precompile_artifact::Trust;
use precompile_artifact::fat::{self, Head};
use precompile_artifact::signature::KeyId;
use precompile_artifact::statement::Statement;
use precompile_artifact::trailer::{self, Trailer};
use precompile_artifact::trust::PublicKey;
use precompile_cache::{Candidate, Key, Scope};
use std::sync::Arc;
use thiserror::Error;

/// The name of the field by which a key's entries on this machine are kept apart.
const FIELD: &str = "signatures";

/// The signatures that a compilation makes, and asks of what a shared cache has.
///
/// With a trust, an artifact from a shared cache is used only if enough trusted keys have signed it. With a key, each new
/// artifact is signed, and one from a shared cache is used only if that key has signed it. Entries of the store on
/// this machine are those that a compilation with the same trust and the same key has made or accepted.
///
/// If there is a trust, only artifacts that it would accept are sent to a shared cache: those who have it would lose the
/// signed ones.
#[derive(Debug, Default)]
pub struct Signatures {
    trust: Option<Trust>,
    key: Option<SecretKey>,
    /// `None` if there is neither a trust nor a key.
    scope: Option<Arc<Scope>>,
}

/// The fault of an artifact from a cache that isn't signed as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureFault {
    /// The key that signs here hasn't signed it.
    #[error("the key {0} has not signed it")]
    NotByKey(KeyId),
    /// Too few trusted keys have signed it.
    #[error("the artifact is {found}, and this run trusts {wanted}")]
    Untrusted {
        /// The signatures of the artifact.
        found: String,
        /// The keys that must have signed.
        wanted: String,
    },
}

impl Signatures {
    /// The signatures by a key, and of the keys in a trust.
    pub fn new(trust: Option<Trust>, key: Option<SecretKey>) -> Signatures {
        let signer = key.as_ref().map(|key| format!("made by {}", key.public()));
        let trusted = trust.as_ref().map(|trust| trust.to_string().trim_end().replace('\n', ", "));
        let parts: Vec<_> = signer.into_iter().chain(trusted).collect();
        let scope = (!parts.is_empty()).then(|| Arc::new((FIELD.into(), parts.join("; "))));
        Signatures { trust, key, scope }
    }

    /// The number of the key that signs, if there is one.
    pub fn signer(&self) -> Option<KeyId> {
        self.key.as_ref().map(|key| key.public().id)
    }

    /// Signs an artifact, if there is a key.
    ///
    /// # Panics
    ///
    /// If the bytes are no artifact without signatures, as a compiler makes them.
    pub fn sign(&self, artifact: &mut Vec<u8>) {
        let Some(key) = &self.key else { return };
        let trailer = trailer::read_unverified(artifact).expect("the compiler made it");
        let signature = key.sign(&Statement::of(&trailer));
        trailer::add_signature(artifact, &signature, |_| false).expect("it has no signatures yet");
    }

    /// Signs a fat artifact, if there is a key.
    ///
    /// # Panics
    ///
    /// If the bytes are no fat artifact without signatures, as [`fat::write`] makes them.
    pub fn sign_fat(&self, artifact: &mut Vec<u8>) {
        let Some(key) = &self.key else { return };
        let head = Head::read(artifact, artifact.len() as u64).expect("it was just written");
        let signature = key.sign(&Statement::of_fat(&head));
        fat::add_signature(artifact, &signature, |_| false).expect("it has no signatures yet");
    }

    /// A text in a DSSE envelope that the key signs, if there is one, and else the text itself.
    pub fn envelope(&self, payload_type: &str, payload: String) -> String {
        match &self.key {
            Some(key) => envelope(key, payload_type, payload.as_bytes()),
            None => payload,
        }
    }

    /// The key of a cache's entry, within the scope of these signatures.
    pub fn key(&self, key: Key) -> Key {
        match &self.scope {
            Some(scope) => key.within(scope),
            None => key,
        }
    }

    /// Returns true if what is made must not be sent to a shared cache: those who have the trust wouldn't use it, and it
    /// would replace what they use.
    pub(crate) fn is_private(&self) -> bool {
        let own = self.key.as_ref().map(SecretKey::public);
        let is_enough = |trust: &Trust| {
            let is_own = |known: &PublicKey| own.is_some_and(|own| own.bytes() == known.bytes());
            trust.threshold() == 1 && trust.keys().iter().any(|trusted| is_own(&trusted.key))
        };
        self.trust.as_ref().is_some_and(|trust| !is_enough(trust))
    }

    /// Checks an artifact from a cache. Its digest must be checked elsewhere.
    ///
    /// # Errors
    ///
    /// If the key that signs hasn't signed it; if it comes from a shared cache, and too few trusted keys have.
    pub(crate) fn check(&self, found: Candidate<'_>, trailer: &Trailer) -> Result<(), SignatureFault> {
        if let Some(key) = &self.key {
            let own = key.public();
            Trust::in_key(own).check(trailer).map_err(|_| SignatureFault::NotByKey(own.id))?;
        }
        if let Some(trust) = self.trust.as_ref().filter(|_| found.is_shared) {
            trust.check(trailer).map_err(|refusal| {
                let mismatch = trust.mismatch(&refusal);
                let (found, wanted) = (mismatch.artifact_value.to_string(), mismatch.host_value.to_string());
                SignatureFault::Untrusted { found, wanted }
            })?;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "cranelift"))]
mod tests;
