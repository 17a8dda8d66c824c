//! Why an artifact was not opened.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Display, Formatter};
use precompile_artifact::Code;
use precompile_artifact::mismatch::Mismatch;
use precompile_artifact::trailer::ReadError;
use thiserror::Error;

/// Why an artifact was not opened. No code of it ran.
///
/// `Debug` has the same words as `Display`, for programs whose `main` returns it.
#[derive(Error)]
pub enum OpenError {
    /// The file can't be read.
    #[cfg(feature = "std")]
    #[cfg_attr(feature = "messages", error("can't read `{}`: {source}", path.display()))]
    #[cfg_attr(not(feature = "messages"), error("{}", Code::Io))]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no artifact, or damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It doesn't fit this machine or this build of the runtime.
    #[cfg_attr(feature = "messages", error("it does not fit this host{}", lines(.0)))]
    #[cfg_attr(not(feature = "messages"), error("{}", numbers(.0)))]
    Mismatch(Vec<Mismatch>),
    /// Wasmtime's own checks refuse it.
    #[cfg_attr(feature = "messages", error("wasmtime refuses it: {0:#}"))]
    #[cfg_attr(not(feature = "messages"), error("{}", Code::Wasmtime))]
    Wasmtime(wasmtime::Error),
}

impl OpenError {
    /// Its number; a number for each reason where it doesn't fit.
    pub fn codes(&self) -> Vec<Code> {
        match self {
            #[cfg(feature = "std")]
            OpenError::Io { .. } => vec![Code::Io],
            OpenError::Read(error) => vec![error.code()],
            OpenError::Mismatch(mismatches) => mismatches.iter().map(|mismatch| mismatch.code).collect(),
            OpenError::Wasmtime(_) => vec![Code::Wasmtime],
        }
    }
}

impl Debug for OpenError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

#[cfg(feature = "messages")]
fn lines(mismatches: &[Mismatch]) -> String {
    mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect()
}

#[cfg(not(feature = "messages"))]
fn numbers(mismatches: &[Mismatch]) -> String {
    let numbers: Vec<_> = mismatches.iter().map(|mismatch| format!("{}", mismatch.code)).collect();
    numbers.join(" ")
}
