//! Limits of a trusted key.

use crate::manifest::Manifest;
use crate::{Backend, version};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

/// The artifacts for which a key is trusted; by default, all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The backends, `backends=NAME[,NAME]`.
    pub backends: Option<Vec<Backend>>,
    /// The targets, `targets=TARGET[,TARGET]`: triples as in a manifest, or architectures.
    pub targets: Option<Vec<String>>,
    /// The oldest version of wasmtime, `min-wasmtime=VERSION`.
    pub min_wasmtime: Option<[u64; 3]>,
    /// The newest version of wasmtime, `not-after=VERSION`: for a key that is no longer used.
    pub not_after: Option<[u64; 3]>,
}

/// The limit that an artifact is beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `backends`.
    Backends,
    /// `targets`.
    Targets,
    /// `min-wasmtime`.
    MinWasmtime,
    /// `not-after`.
    NotAfter,
}

impl Limit {
    /// The name in a trust file.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::Backends => "backends",
            Limit::Targets => "targets",
            Limit::MinWasmtime => "min-wasmtime",
            Limit::NotAfter => "not-after",
        }
    }
}

impl Limits {
    /// The first limit that the artifact with this manifest is beyond; `None` if it is within all of them.
    pub fn exceeded_by(&self, manifest: &Manifest) -> Option<Limit> {
        let Limits { backends, targets, min_wasmtime, not_after } = self;
        // The manifest's reader has seen that it is a version.
        let wasmtime = version::numbers(&manifest.wasmtime_version).unwrap_or_default();
        let of_target = |target: &String| {
            let architecture = manifest.target.split('-').next();
            *target == manifest.target || Some(target.as_str()) == architecture
        };
        if backends.as_ref().is_some_and(|backends| !backends.contains(&manifest.backend)) {
            return Some(Limit::Backends);
        }
        if targets.as_ref().is_some_and(|targets| !targets.iter().any(of_target)) {
            return Some(Limit::Targets);
        }
        if min_wasmtime.is_some_and(|least| wasmtime < least) {
            return Some(Limit::MinWasmtime);
        }
        not_after.is_some_and(|most| wasmtime > most).then_some(Limit::NotAfter)
    }
}

/// The limits behind a key in a trust file, each behind a space.
impl Display for Limits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Limits { backends, targets, min_wasmtime, not_after } = self;
        if let Some(backends) = backends {
            let names: Vec<_> = backends.iter().map(|backend| backend.name()).collect();
            write!(f, " {}={}", Limit::Backends.name(), names.join(","))?;
        }
        if let Some(targets) = targets {
            write!(f, " {}={}", Limit::Targets.name(), targets.join(","))?;
        }
        for (limit, version) in [(Limit::MinWasmtime, min_wasmtime), (Limit::NotAfter, not_after)] {
            if let Some([major, minor, patch]) = version {
                write!(f, " {}={major}.{minor}.{patch}", limit.name())?;
            }
        }
        Ok(())
    }
}
