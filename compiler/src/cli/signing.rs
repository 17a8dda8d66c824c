//! The signing of an artifact's file.

use crate::message::{Format, Message, print, tell};
use crate::unreadable;
use anyhow::{Context, Result, bail};
use precompile::Destination;
use precompile::artifact::signature::Signature;
use precompile::artifact::statement::Statement;
use precompile::artifact::trust::PublicKey;
use precompile::artifact::{escaped_path, trailer};
use std::path::Path;

/// The statement of an artifact, which is undamaged.
pub(crate) fn statement(artifact: &Path, bytes: &[u8]) -> Result<Statement> {
    let trailer = trailer::read(bytes).map_err(|error| unreadable::no_artifact(artifact, bytes, &error))?;
    Ok(Statement::of(&trailer))
}

/// Adds a signature by a key to an artifact's file, of which these bytes were read. Signatures that were added meanwhile
/// stay.
///
/// # Errors
///
/// If the file has changed otherwise since it was read.
pub(crate) fn add(
    artifact: &Path,
    bytes: &[u8],
    key: &PublicKey,
    format: Format,
    sign: impl FnOnce(&Statement) -> Result<Signature>,
) -> Result<()> {
    let name = escaped_path(artifact);
    let statement = statement(artifact, bytes)?;
    let signature = sign(&statement)?;
    let mut now = unreadable::read(artifact)?;
    let signed = trailer::read(bytes)?.digest_offset as usize;
    if now.get(..signed) != Some(&bytes[..signed]) {
        bail!("`{name}` has changed meanwhile, and is not signed: sign it again");
    }
    let is_of_key = |known: &Signature| key.verifies(known, statement.as_str());
    trailer::add_signature(&mut now, &signature, is_of_key).with_context(|| format!("`{name}`"))?;
    Destination::named(artifact, Path::new("")).write(&now)?;
    let key = signature.key.to_string();
    match format {
        Format::Json => print(&Message::Signed { artifact, key })?,
        Format::Human => tell(&format!("signed `{name}` with the key {key}")),
    }
    Ok(())
}
