//! Errors about files that can't be read, or are no artifacts.

use crate::kind::Kind;
use anyhow::Context;
use precompile::artifact::trailer::ReadError;
use precompile::artifact::{escaped_path, foreign};
use std::io::{Error, ErrorKind};
use std::path::Path;

/// The error for a file that can't be read, without the file's name.
pub(crate) fn unreadable(error: &Error) -> anyhow::Error {
    Kind::Read.error(match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "there is no such file: a folder in its path is a file".into(),
        ErrorKind::PermissionDenied => "this user may not read it".into(),
        _ => format!("it can't be read: {error}"),
    })
}

/// The error for a file that is no artifact, with the kind of file that it is instead, if it is known.
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
/// If the file can't be read; the error names it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|error| unreadable(&error))
        .with_context(|| format!("`{}`", escaped_path(path)))
}

/// The content of a file of text.
///
/// # Errors
///
/// If the file can't be read, or isn't UTF-8; the error names it.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    let not_text = |_| Kind::Read.error(format!("`{}` is no text", escaped_path(path)));
    String::from_utf8(read(path)?).map_err(not_text)
}
