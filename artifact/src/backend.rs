//! The backends: Cranelift and Winch.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The compiler that produced an artifact's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Optimising: fast code, slow compilation.
    Cranelift,
    /// One pass: fast compilation, slower code.
    Winch,
}

impl Backend {
    /// Every backend.
    pub const ALL: [Backend; 2] = [Backend::Cranelift, Backend::Winch];

    /// The value of wasmtime's `gc_heap_initial_size`, in bytes, that marks the backend of an artifact.
    ///
    /// The two backends have different calling conventions, so their code must not share a store. Wasmtime's own flag
    /// for that can't be set in a build without a compiler. This number is compared for equality at load by every
    /// build. It has no effect on code that allocates no garbage-collected objects, and Winch compiles no other code.
    pub const fn mark_bytes(self) -> u64 {
        match self {
            Backend::Cranelift => 0,
            Backend::Winch => 87,
        }
    }

    /// The name on the command line and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Backend::Cranelift => "cranelift",
            Backend::Winch => "winch",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a name that no backend has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown backend `{0}`: use `cranelift` or `winch`")]
pub struct UnknownBackend(pub String);

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        Backend::ALL
            .into_iter()
            .find(|backend| backend.name() == name)
            .ok_or_else(|| UnknownBackend(name.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (backend, name) in [(Backend::Cranelift, "cranelift"), (Backend::Winch, "winch")] {
            assert_eq!((backend.name(), backend.to_string().as_str()), (name, name));
            assert_eq!(name.parse(), Ok(backend));
        }
        assert_eq!("llvm".parse::<Backend>(), Err(UnknownBackend("llvm".into())));
    }

    /// The marks are part of artifacts, so they must never change.
    #[test]
    fn marks_differ_by_backend() {
        assert_eq!(Backend::ALL.map(Backend::mark_bytes), [0, 87]);
    }
}
