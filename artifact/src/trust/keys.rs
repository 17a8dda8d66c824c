//! The keys that a host trusts.

use super::limits::Limits;
use super::public_key::PublicKey;
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

/// The keys that a host trusts, and how many of them must have signed an artifact.
///
/// Whoever holds a trusted key decides what runs: with `threshold=1`, artifacts of that key run as machine code with the
/// rights of the process.
///
/// Its text is a trust file, which [`Trust::parse`] reads: a key a line, in minisign's form, with optional limits.
///
/// ```text
/// # The build servers. Both must have signed.
/// threshold=2
/// RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
/// RWTg6JXWzv6GDnDphoNhSJ0LMm4XR1fMdkgpbnGPJZkbFQYSZC3OMbvr backends=cranelift not-after=48.0.9
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub(super) threshold: usize,
    pub(super) keys: Vec<TrustedKey>,
}

/// A key that a host trusts, within limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// The artifacts for which it is trusted.
    pub limits: Limits,
}

impl Trust {
    /// The trust in a single key, without limits.
    pub fn in_key(key: PublicKey) -> Trust {
        Trust { threshold: 1, keys: alloc::vec![TrustedKey { key, limits: Limits::default() }] }
    }

    /// The number of keys that must have signed an artifact, at least 1 and at most the number of keys.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The keys, each once.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }
}

/// The text of a trust file, without comments.
impl Display for Trust {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "threshold={}", self.threshold)?;
        self.keys.iter().try_for_each(|TrustedKey { key, limits }| writeln!(f, "{key}{limits}"))
    }
}
