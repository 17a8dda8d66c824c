//! The reason why a file can't be read, or not as an artifact.

use crate::kind::Kind;
use anyhow::Context;
use precompile::artifact::trailer::ReadError;
use precompile::artifact::{escaped_path, foreign};
use std::io::{Error, ErrorKind};
use std::path::Path;

/// In words that leave out the file's name.
pub(crate) fn unreadable(error: &Error) -> anyhow::Error {
    Kind::Read.error(match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "there is no such file: what should be a folder of it is a file".into(),
        ErrorKind::PermissionDenied => "this user may not read it".into(),
        _ => format!("it can't be read: {error}"),
    })
}

/// The fault of an artifact of this name, or the kind of file that it is instead.
pub(crate) fn no_artifact(path: &Path, bytes: &[u8], error: &ReadError) -> anyhow::Error {
    let known = match error {
        ReadError::NotAnArtifact { offset: 0, .. } => foreign(bytes),
        _ => None,
    };
    let name = escaped_path(path);
    Kind::NotAnArtifact.error(match known {
        Some(known) => format!("`{name}`: not a precompiled artifact: {known}"),
        None => format!("`{name}`: {error}"),
    })
}

/// A file's content.
///
/// # Errors
///
/// Names the file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|error| unreadable(&error))
        .with_context(|| format!("`{}`", escaped_path(path)))
}
