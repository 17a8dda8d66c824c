//! The check of an artifact's signatures.

use super::{Limit, Trust, TrustedKey};
use crate::Code;
use crate::ErrorText;
use crate::mismatch::Mismatch;
use crate::signature::{KeyId, Signature};
use crate::statement::Statement;
use crate::trailer::Trailer;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

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
        let Ok(signatures) = Signature::read_all(&trailer.signatures) else {
            return Err(Refusal { is_unreadable: true, signers: Vec::new(), faults: Vec::new() });
        };
        let statement = Statement::of(trailer);
        let mut signers: Vec<&TrustedKey> = Vec::new();
        let mut faults = Vec::new();
        for signature in &signatures {
            let mut fault = Some(Fault::UnknownKey);
            // Several keys may have a number: it is no proof.
            for trusted in self.keys.iter().filter(|trusted| trusted.key.id == signature.key) {
                fault = match trusted.limits.exceeded_by(&trailer.manifest) {
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
        }
    }

    /// The keys of which some must have signed.
    fn wanted(&self) -> String {
        let names: Vec<_> = self.keys.iter().map(|trusted| trusted.key.id.to_string()).collect();
        match names.len() {
            1 => format!("key {}", names[0]),
            _ => format!("{} of the keys {}", self.threshold, names.join(", ")),
        }
    }

    fn remedy(&self, refusal: &Refusal) -> String {
        let missing: Vec<_> = self
            .keys
            .iter()
            .map(|trusted| trusted.key.id)
            .filter(|id| !refusal.signers.contains(id))
            .collect();
        let names: Vec<_> = missing.iter().map(KeyId::to_string).collect();
        let more = self.threshold - refusal.signers.len();
        let keys = match (names.len(), more) {
            (1, _) => format!("with the key {}", names[0]),
            (_, 1) => format!("with one of the keys {}", names.join(", ")),
            _ => format!("with {more} of the keys {}", names.join(", ")),
        };
        let sign = format!("sign it {keys}, by `precompile sign`");
        match refusal.code() {
            Code::SignatureFormat => format!("compile it again, and {sign}"),
            Code::KeyUnknown => format!("{sign}, or trust the key, by `precompile trust add`"),
            Code::KeyLimits => format!("{sign}, or loosen the key's limits in the trust file"),
            _ => sign,
        }
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
    fn found(&self) -> String {
        if self.is_unreadable {
            return "unreadable".into();
        }
        let signed = self.signers.iter().map(|id| format!("signed by {id}"));
        let faults = self.faults.iter().map(|(id, fault)| match fault {
            Fault::UnknownKey => format!("signed by {id}, which isn't trusted"),
            Fault::Limited(limit) => format!("signed by {id} beyond its limit `{}`", limit.name()),
            Fault::Wrong => format!("wrongly signed by {id}"),
        });
        let found: Vec<_> = signed.chain(faults).collect();
        match found.is_empty() {
            true => "unsigned".into(),
            false => found.join("; "),
        }
    }
}
