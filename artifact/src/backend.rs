//! The compilers.

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

    /// The value of wasmtime's `gc_heap_initial_size`, in bytes, in which artifacts carry their
    /// backend.
    ///
    /// Code of the two backends differs in its calling convention and must not meet in a store.
    /// Wasmtime's own flag for that can't be set in a build without a compiler, whereas this
    /// number is compared for equality at load by every build, and has no effect on code that
    /// allocates no garbage-collected objects: Winch compiles none.
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

/// A name that is no backend's.
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

    /// Artifacts hold the marks: they stay what they are.
    #[test]
    fn marks_tell_backends_apart() {
        assert_eq!(Backend::ALL.map(Backend::mark_bytes), [0, 87]);
    }
}
