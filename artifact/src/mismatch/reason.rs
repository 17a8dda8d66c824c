//! A reason why an artifact would not load on a host.

use crate::manifest::Manifest;
use crate::{Code, ErrorText, Host};
use alloc::string::String;
use core::fmt;

/// A reason why an artifact would not load on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The reason's number.
    pub code: Code,
    /// The field of the manifest.
    pub field: &'static str,
    /// The artifact's value of that field.
    pub artifact_value: ErrorText,
    /// The host's value.
    pub host_value: ErrorText,
    /// The remedy.
    pub remedy: ErrorText,
    /// The remedy names a cargo feature of the runtime: the runner with all features ([`install`](crate::install)) doesn't
    /// have this reason. False without the feature `messages`.
    pub full_helps: bool,
}

#[cfg(feature = "messages")]
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { field, artifact_value, host_value, remedy, .. } = self;
        write!(f, "`{field}` is `{artifact_value}`, the host has `{host_value}`: {remedy}")
    }
}

#[cfg(not(feature = "messages"))]
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)
    }
}

/// A check, which returns a reason if the artifact would not load.
pub(super) type Check = fn(&Manifest, &Host) -> Option<Mismatch>;

/// A reason. Its texts are only made in builds with the feature `messages`.
pub(super) fn mismatch(code: Code, field: &'static str, texts: impl FnOnce() -> Texts) -> Option<Mismatch> {
    #[cfg(feature = "messages")]
    return reason(code, field, texts());
    #[cfg(not(feature = "messages"))]
    return {
        let _ = texts;
        reason(code, field, Texts::default())
    };
}

/// A reason with its texts. It isn't inlined, because the runtime must be small.
#[cold]
#[inline(never)]
fn reason(code: Code, field: &'static str, texts: Texts) -> Option<Mismatch> {
    let Texts { artifact, host, remedy, full_helps } = texts;
    let [artifact_value, host_value, remedy] = [artifact, host, remedy].map(|text| ErrorText::new(|| text));
    Some(Mismatch { code, field, artifact_value, host_value, remedy, full_helps })
}

/// The artifact's value, the host's, and the remedy.
#[derive(Default)]
pub(super) struct Texts {
    artifact: String,
    host: String,
    remedy: String,
    full_helps: bool,
}

impl Texts {
    /// The texts, whose remedy names a cargo feature of the runtime or not.
    pub(super) fn with_feature(self, is_named: bool) -> Texts {
        Texts { full_helps: is_named, ..self }
    }
}

/// The texts of a reason, with a remedy joined from parts.
#[cold]
#[inline(never)]
pub(super) fn texts(artifact: &str, host: &str, remedy: &[&str]) -> Texts {
    Texts { artifact: artifact.into(), host: host.into(), remedy: remedy.concat(), full_helps: false }
}
