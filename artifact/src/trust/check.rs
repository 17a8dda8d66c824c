//! The check of an artifact's signatures.

use super::keys::{Trust, TrustedKey};
use super::limits::Limit;
use crate::Code;
use crate::ErrorText;
use crate::fat::Head;
use crate::manifest::Manifest;
use crate::mismatch::Mismatch;
use crate::signature::{KeyId, Signature};
use crate::statement::Statement;
use crate::trailer::Trailer;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Display, Write};

/// The fault of a signature, for which it doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The key isn't among those that are trusted.
    UnknownKey,
    /// The key is trusted, but not for such artifacts.
    Limited(Limit),
    /// The signature isn't one of this artifact by that key.
    Wrong,
}

/// The reason why too few trusted keys have signed an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The signatures can't be read.
    pub is_unreadable: bool,
    /// The trusted keys that have signed it.
    pub signers: Vec<KeyId>,
    /// The signatures that don't count, in the artifact's order.
    pub faults: Vec<(KeyId, Fault)>,
}

impl Trust {
    /// The trusted keys that have signed the artifact with this trailer, whose digest must have been checked.
    ///
    /// # Errors
    ///
    /// If they are fewer than the threshold.
    pub fn check(&self, trailer: &Trailer) -> Result<Vec<KeyId>, Refusal> {
        self.check_signed(&trailer.manifest, &[(&trailer.signatures, Statement::of(trailer))])
    }

    /// The trusted keys that have signed the slice with this trailer, or the fat artifact with this head and these encoded
    /// signatures, of which it is a slice. All digests must have been checked. The limits of keys are those for the slice.
    ///
    /// # Errors
    ///
    /// If they are fewer than the threshold.
    pub fn check_slice(
        &self,
        trailer: &Trailer,
        head: &Head,
        signatures: &[u8],
    ) -> Result<Vec<KeyId>, Refusal> {
        let of_slice = (&*trailer.signatures, Statement::of(trailer));
        self.check_signed(&trailer.manifest, &[(signatures, Statement::of_fat(head)), of_slice])
    }

    /// The trusted keys among these encoded signatures of statements about the artifact with this manifest.
    fn check_signed(
        &self,
        manifest: &Manifest,
        signed: &[(&[u8], Statement)],
    ) -> Result<Vec<KeyId>, Refusal> {
        let mut signers: Vec<&TrustedKey> = Vec::new();
        let mut faults = Vec::new();
        for (encoded, statement) in signed {
            let Ok(signatures) = Signature::read_all(encoded) else {
                return Err(Refusal { is_unreadable: true, signers: Vec::new(), faults: Vec::new() });
            };
            for signature in &signatures {
                let mut fault = Some(Fault::UnknownKey);
                // Several keys may have a number: it is no proof.
                for trusted in self.keys.iter().filter(|trusted| trusted.key.id == signature.key) {
                    fault = match trusted.limits.exceeded_by(manifest) {
                        Some(limit) => Some(Fault::Limited(limit)),
                        None if !trusted.key.verifies(signature, statement.as_str()) => Some(Fault::Wrong),
                        None => None,
                    };
                    if fault.is_none() {
                        // A key that has signed twice counts once.
                        if !signers.contains(&trusted) {
                            signers.push(trusted);
                        }
                        break;
                    }
                }
                faults.extend(fault.map(|fault| (signature.key, fault)));
            }
        }
        let is_enough = signers.len() >= self.threshold;
        let signers = signers.into_iter().map(|trusted| trusted.key.id).collect();
        match is_enough {
            true => Ok(signers),
            false => Err(Refusal { is_unreadable: false, signers, faults }),
        }
    }

    /// The reason for which a host with this trust refuses an artifact, from what [`Trust::check`] returned.
    pub fn mismatch(&self, refusal: &Refusal) -> Mismatch {
        Mismatch {
            code: refusal.code(),
            field: "signatures",
            artifact_value: ErrorText::new(|| refusal.found()),
            host_value: ErrorText::new(|| self.wanted()),
            remedy: ErrorText::new(|| self.remedy(refusal)),
            full_helps: false,
        }
    }

    /// The keys of which some must have signed.
    #[cold]
    fn wanted(&self) -> String {
        let mut text = String::new();
        if self.keys.len() == 1 {
            text.push_str("key ");
        } else {
            push(&mut text, &self.threshold);
            text.push_str(" of the keys ");
        }
        list(&mut text, &mut self.keys.iter().map(|trusted| trusted.key.id));
        text
    }

    #[cold]
    fn remedy(&self, refusal: &Refusal) -> String {
        let (mut text, code) = (String::new(), refusal.code());
        if code == Code::SignatureFormat {
            text.push_str("compile it again, and ");
        }
        text.push_str("sign it with ");
        let missing =
            || self.keys.iter().map(|trusted| trusted.key.id).filter(|id| !refusal.signers.contains(id));
        let more = self.threshold.saturating_sub(refusal.signers.len());
        if missing().count() > 1 {
            push(&mut text, &more);
            text.push_str(" of the keys ");
        } else {
            text.push_str("the key ");
        }
        list(&mut text, &mut missing());
        text.push_str(", by `precompile sign`");
        text.push_str(match code {
            Code::KeyUnknown => ", or trust the key, by `precompile trust add`",
            Code::KeyLimits => ", or loosen the key's limits in the trust file",
            _ => "",
        });
        text
    }
}

/// Appends a value.
fn push(text: &mut String, value: &dyn Display) {
    write!(text, "{value}").expect("a string takes all that is written");
}

/// Appends the numbers of keys.
fn list(text: &mut String, ids: &mut dyn Iterator<Item = KeyId>) {
    for (at, id) in ids.enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        push(text, &id);
    }
}

impl Refusal {
    /// The number of the reason: the one that tells most, if there are several.
    pub fn code(&self) -> Code {
        let has = |wanted: fn(&Fault) -> bool| self.faults.iter().any(|(_, fault)| wanted(fault));
        match () {
            () if self.is_unreadable => Code::SignatureFormat,
            () if has(|fault| *fault == Fault::Wrong) => Code::SignatureWrong,
            () if has(|fault| matches!(fault, Fault::Limited(_))) => Code::KeyLimits,
            () if !self.signers.is_empty() => Code::TooFewSigners,
            () if self.faults.is_empty() => Code::Unsigned,
            () => Code::KeyUnknown,
        }
    }

    /// The signatures of the artifact, each with what is wrong with it.
    #[cold]
    fn found(&self) -> String {
        let mut text = String::new();
        for id in &self.signers {
            text.push_str("; signed by ");
            push(&mut text, id);
        }
        for (id, fault) in &self.faults {
            text.push_str(match fault {
                Fault::Wrong => "; wrongly signed by ",
                _ => "; signed by ",
            });
            push(&mut text, id);
            match fault {
                Fault::UnknownKey => text.push_str(", which isn't trusted"),
                Fault::Limited(limit) => {
                    text.push_str(" beyond its limit `");
                    text.push_str(limit.name());
                    text.push('`');
                }
                Fault::Wrong => {}
            }
        }
        match text.strip_prefix("; ") {
            Some(text) => text.into(),
            None if self.is_unreadable => "unreadable".into(),
            None => "unsigned".into(),
        }
    }
}
