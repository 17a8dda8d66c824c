//! Sigstore: signatures by an identity, such as a workflow or a person, instead of a key that lasts.
//!
//! The check needs no network. A bundle, as `cosign sign-blob --bundle` writes it, holds the signature, a certificate
//! that names the identity, and the proof that a public log has the signature. A trusted root holds the keys of the
//! certificate authority and of the logs.

mod crypto;

use precompile_artifact::Escaped;
use serde_json::Value;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::bundle::VerificationMaterialContent;
use sigstore_verify::types::{Bundle, SignatureContent};
use sigstore_verify::{CertificateError, Error, TimestampError, TransparencyLogError};
use sigstore_verify::{VerificationPolicy, Verifier};
use std::fmt::Display;
use thiserror::Error;

/// The field that cosign's own old format begins with, and no bundle has.
const OLD_FORMAT: &str = "base64Signature";
/// The part of a bundle that a transparency log vouches for.
const LOG: &str = "entry of the transparency log";

/// The signer that a bundle must be by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigstoreSigner {
    /// The identity in the certificate: an e-mail address, or the URL of a workflow with its branch or tag. The whole
    /// must be the same: it is no pattern.
    pub identity: String,
    /// The URL of the OpenID Connect issuer that vouched for the identity.
    pub issuer: String,
}

/// The error of a sigstore bundle or of a trusted root, which is "it" in the texts.
#[derive(Debug, Error)]
pub enum SigstoreError {
    /// The text is no trusted root.
    #[error("it is no trusted root of sigstore's: {0}: write one with `cosign trusted-root create`")]
    Root(String),
    /// The trusted root lacks what each bundle is checked by.
    #[error("it names no {0}, so nothing could be trusted: write another with `cosign trusted-root create`")]
    EmptyRoot(&'static str),
    /// The expectation names nobody.
    #[error("the expected {0} is empty: name the one that must have signed")]
    Nobody(&'static str),
    /// The text is no bundle.
    #[error("it is no sigstore bundle, as `cosign sign-blob --bundle` writes it: {0}")]
    Bundle(String),
    /// The text is in the format that cosign had before sigstore had one.
    #[error("it is in cosign's old format: sign with cosign 3, or with `--new-bundle-format`")]
    OldFormat,
    /// The bundle holds a claim about the statement instead of a signature.
    #[error("it is an attestation, which may claim anything of a file: sign with `cosign sign-blob`")]
    Attestation,
    /// A key made the signature, so that the bundle names no identity.
    #[error("it was signed with a key, and names no identity: sign without `--key`")]
    Key,
    /// The bundle isn't proven to be in a log.
    #[error("it has no proof that a transparency log holds it: sign again, and upload to a log")]
    NoLogEntry,
    /// Another identity has signed.
    #[error(
        "`{found}` signed it, not `{expected}`: have the right one sign, or name this one if you trust it"
    )]
    Identity {
        /// The identity that was expected.
        expected: String,
        /// The identity in the certificate.
        found: String,
    },
    /// Another issuer vouches for the identity.
    #[error("`{found}` vouches for its identity, not `{expected}`: name this issuer if you trust it")]
    Issuer {
        /// The issuer that was expected.
        expected: String,
        /// The issuer in the certificate.
        found: String,
    },
    /// The bundle is of another text.
    #[error(
        "it signs another text than this artifact's statement: sign what `precompile sign --statement` writes"
    )]
    OtherStatement,
    /// The certificate's key hasn't signed the statement.
    #[error("its signature isn't one of this artifact's statement: sign the statement again")]
    Signature,
    /// The certificate is wrong, or was not valid at the time of the signature.
    #[error("its certificate is wrong: {0}: sign the statement again")]
    Certificate(String),
    /// The entry of the log is of another signature, or of a wrong time.
    #[error("its entry of the transparency log isn't one of this signature: {0}: sign the statement again")]
    Entry(String),
    /// No key of the trusted root has signed a part of the bundle: it was changed, or the root is another one's.
    #[error(
        "the trusted root doesn't vouch for its {part}: {reason}: use the newest root of its instance, or sign again"
    )]
    Untrusted {
        /// The part of the bundle.
        part: &'static str,
        /// The reason.
        reason: String,
    },
}

/// A trusted root: the keys of a sigstore instance, by which bundles are checked.
pub struct SigstoreRoot {
    verifier: Verifier,
}

impl SigstoreRoot {
    /// The root of sigstore's public instance, as of the release of the crate that has it. A log that began later isn't
    /// in it.
    pub fn public() -> SigstoreRoot {
        SigstoreRoot::parse(SIGSTORE_PRODUCTION_TRUSTED_ROOT).expect("the crate's tests read it")
    }

    /// Reads a trusted root, as `cosign trusted-root create` writes it.
    ///
    /// # Errors
    ///
    /// [`SigstoreError::Root`] and [`SigstoreError::EmptyRoot`].
    pub fn parse(text: &str) -> Result<SigstoreRoot, SigstoreError> {
        crypto::install();
        let root = TrustedRoot::from_json(text).map_err(|error| SigstoreError::Root(escaped(&error)))?;
        let parts = [
            ("certificate authority", root.certificate_authorities.is_empty()),
            ("transparency log", root.tlogs.is_empty()),
            ("log of certificates", root.ctlogs.is_empty()),
        ];
        if let Some((part, _)) = parts.into_iter().find(|(_, is_missing)| *is_missing) {
            return Err(SigstoreError::EmptyRoot(part));
        }
        let verifier = Verifier::new(&root).map_err(|error| SigstoreError::Root(escaped(&error)))?;
        Ok(SigstoreRoot { verifier })
    }

    /// Checks that a bundle is a signature of a statement by this signer: the signature, the certificate and who made
    /// it, the entries of the log, and that the certificate was valid at the time that a log or an authority states.
    ///
    /// # Errors
    ///
    /// Any [`SigstoreError`] but those of a trusted root.
    pub fn verify(
        &self,
        bundle: &str,
        statement: &[u8],
        signer: &SigstoreSigner,
    ) -> Result<(), SigstoreError> {
        for (name, expected) in [("identity", &signer.identity), ("issuer", &signer.issuer)] {
            if expected.trim().is_empty() {
                return Err(SigstoreError::Nobody(name));
            }
        }
        let bundle = read(bundle)?;
        let policy = VerificationPolicy::new(&signer.identity, &signer.issuer);
        self.verifier.verify(statement, &bundle, &policy).map(drop).map_err(refusal)
    }
}

/// Reads a bundle that holds a signature by an identity, and entries of a log. A bundle with another content than that
/// isn't one of `cosign sign-blob`, whatever it proves.
fn read(text: &str) -> Result<Bundle, SigstoreError> {
    let bundle = Bundle::from_json(text).map_err(|error| match serde_json::from_str::<Value>(text) {
        Ok(value) if value.get(OLD_FORMAT).is_some() => SigstoreError::OldFormat,
        _ => SigstoreError::Bundle(escaped(&error)),
    })?;
    if !matches!(bundle.content, SignatureContent::MessageSignature(_)) {
        return Err(SigstoreError::Attestation);
    }
    let material = &bundle.verification_material;
    if matches!(material.content, VerificationMaterialContent::PublicKey(_)) {
        return Err(SigstoreError::Key);
    }
    let entries = &material.tlog_entries;
    // The oldest version of bundles makes do with a promise of the log.
    if entries.is_empty() || entries.iter().any(|entry| entry.inclusion_proof.is_none()) {
        return Err(SigstoreError::NoLogEntry);
    }
    Ok(bundle)
}

/// The reason for which a bundle is refused.
fn refusal(error: Error) -> SigstoreError {
    use CertificateError::{ChainInvalid, Sct};
    use TransparencyLogError::{Checkpoint, EntryMismatch, InclusionPromise, InclusionProof};
    use TransparencyLogError::{IntegratedTime, MalformedEntry};
    let untrusted = |part, reason: &dyn Display| SigstoreError::Untrusted { part, reason: escaped(reason) };
    match &error {
        Error::IdentityMismatch { expected, actual } => {
            SigstoreError::Identity { expected: escaped(expected), found: or_nobody(actual) }
        }
        Error::IssuerMismatch { expected, actual } => {
            SigstoreError::Issuer { expected: escaped(expected), found: or_nobody(actual) }
        }
        Error::ArtifactMismatch(_) => SigstoreError::OtherStatement,
        Error::SignatureInvalid(_) => SigstoreError::Signature,
        Error::Certificate(ChainInvalid(reason) | Sct(reason)) => untrusted("certificate", reason),
        Error::Certificate(reason @ CertificateError::NoValidAuthority { .. }) => {
            untrusted("certificate", reason)
        }
        Error::Certificate(reason) => SigstoreError::Certificate(escaped(reason)),
        Error::TransparencyLog(EntryMismatch(reason) | IntegratedTime(reason) | MalformedEntry(reason)) => {
            SigstoreError::Entry(escaped(reason))
        }
        Error::TransparencyLog(InclusionProof(reason) | Checkpoint(reason) | InclusionPromise(reason)) => {
            untrusted(LOG, reason)
        }
        Error::TransparencyLog(reason) => untrusted(LOG, reason),
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => untrusted("time", &"it states none"),
        Error::Timestamp(reason) => untrusted("time", reason),
        // The rest is about the bundle's form: the trusted root was read before.
        _ => SigstoreError::Bundle(escaped(&error)),
    }
}

fn or_nobody(found: &Option<impl Display>) -> String {
    found.as_ref().map_or_else(|| "nobody".into(), |found| escaped(found))
}

/// The text of a foreign error, which may quote the bundle.
fn escaped(text: &dyn Display) -> String {
    Escaped(&text.to_string()).to_string()
}

#[cfg(test)]
mod tests;
