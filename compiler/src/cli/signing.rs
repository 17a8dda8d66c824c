//! The signing of an artifact's file.

use crate::message::{Format, Message, print, tell};
use crate::unreadable;
use anyhow::{Context, Result};
use precompile::Destination;
use precompile::artifact::signature::Signature;
use precompile::artifact::statement::Statement;
use precompile::artifact::{escaped_path, trailer};
use std::path::Path;

/// The statement of an artifact, which is undamaged.
pub(crate) fn statement(artifact: &Path, bytes: &[u8]) -> Result<Statement> {
    let trailer = trailer::read(bytes).map_err(|error| unreadable::no_artifact(artifact, bytes, &error))?;
    Ok(Statement::of(&trailer))
}

/// Adds a signature to an artifact, whose file then holds these bytes and the signature.
pub(crate) fn add(
    artifact: &Path,
    mut bytes: Vec<u8>,
    format: Format,
    sign: impl FnOnce(&Statement) -> Result<Signature>,
) -> Result<()> {
    let signature = sign(&statement(artifact, &bytes)?)?;
    trailer::sign(&mut bytes, &signature).with_context(|| format!("`{}`", escaped_path(artifact)))?;
    Destination::named(artifact, Path::new("")).write(&bytes)?;
    let key = signature.key.to_string();
    match format {
        Format::Json => print(&Message::Signed { artifact, key })?,
        Format::Human => tell(&format!("signed `{}` with the key {key}", escaped_path(artifact))),
    }
    Ok(())
}
