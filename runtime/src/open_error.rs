//! Why an artifact was not opened.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use precompile_artifact::mismatch::Mismatch;
use precompile_artifact::trailer::ReadError;
use thiserror::Error;

/// Why an artifact was not opened. No code of it ran.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file can't be read.
    #[cfg(feature = "std")]
    #[error("can't read `{}`: {source}", path.display())]
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
    #[error("it does not fit this host{}", lines(.0))]
    Mismatch(Vec<Mismatch>),
    /// Wasmtime's own checks refuse it.
    #[error("wasmtime refuses it: {0:#}")]
    Wasmtime(wasmtime::Error),
}

fn lines(mismatches: &[Mismatch]) -> String {
    mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect()
}
