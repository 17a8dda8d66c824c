//! The error of opening an artifact.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Display, Formatter};
use precompile_artifact::Code;
#[cfg(feature = "fat")]
use precompile_artifact::fat::SliceMismatch;
use precompile_artifact::mismatch::Mismatch;
use precompile_artifact::trailer::ReadError;
use thiserror::Error;

/// The error of opening an artifact. None of the artifact's code has run.
///
/// `Debug` has the text of `Display`, for programs whose `main` returns it.
#[derive(Error)]
#[cfg_attr(not(feature = "messages"), error("{}", numbers(&self.codes())))]
pub enum OpenError {
    /// The file can't be read.
    #[cfg(feature = "std")]
    #[cfg_attr(feature = "messages", error("can't read `{}`: {source}", path.display()))]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The bytes are no artifact, or a damaged one.
    #[cfg_attr(feature = "messages", error(transparent))]
    Read(#[from] ReadError),
    /// The artifact doesn't fit this machine or this build of the runtime.
    #[cfg_attr(feature = "messages", error("it does not fit this host{}", lines(.0)))]
    Mismatch(Vec<Mismatch>),
    /// None of a fat artifact's slices fits this machine and this build of the runtime: each, in the order of preference.
    #[cfg(feature = "fat")]
    #[cfg_attr(feature = "messages", error("none of its slices fits this host{}", slice_lines(.0)))]
    NoSlice(Vec<SliceMismatch>),
    /// Wasmtime's own checks refuse the artifact.
    #[cfg_attr(feature = "messages", error("wasmtime refuses it: {0:#}"))]
    Wasmtime(wasmtime::Error),
}

impl OpenError {
    /// The error's number; one number for each reason of a mismatch.
    pub fn codes(&self) -> Vec<Code> {
        match self {
            #[cfg(feature = "std")]
            OpenError::Io { .. } => vec![Code::Io],
            OpenError::Read(error) => vec![error.code()],
            OpenError::Mismatch(mismatches) => mismatches.iter().map(|mismatch| mismatch.code).collect(),
            #[cfg(feature = "fat")]
            OpenError::NoSlice(_) => vec![Code::NoSlice],
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

#[cfg(all(feature = "fat", feature = "messages"))]
fn slice_lines(slices: &[SliceMismatch]) -> String {
    let mut text = String::new();
    for SliceMismatch { slice, mismatches } in slices {
        text += &format!("\n  {slice}:");
        text.extend(mismatches.iter().map(|mismatch| format!("\n    {mismatch}")));
        if mismatches.is_empty() {
            text += "\n    it is damaged";
        }
    }
    text
}

#[cfg(not(feature = "messages"))]
fn numbers(codes: &[Code]) -> String {
    let numbers: Vec<_> = codes.iter().map(|code| format!("{code}")).collect();
    numbers.join(" ")
}
