//! The failure of one input.

use crate::build::error::BuildError;
use crate::{CompileError, ObtainError, WriteError};
use thiserror::Error;

/// The failure of one input.
#[derive(Debug, Error)]
pub(super) enum InputError {
    /// The input can't be read.
    #[error(transparent)]
    Read(#[from] std::io::Error),
    /// The output's folder can't be made.
    #[error(transparent)]
    Folder(#[from] BuildError),
    /// The input can't be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The artifact is neither found nor made.
    #[error(transparent)]
    Obtain(#[from] ObtainError),
    /// The slices can't be joined.
    #[error(transparent)]
    Join(#[from] precompile_artifact::fat::WriteError),
    /// The output can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
