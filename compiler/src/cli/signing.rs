//! The signing of an artifact's file.

use crate::message::{Format, Message, print, tell};
use crate::read_artifact::ReadArtifact;
use crate::unreadable;
use anyhow::{Context, Result, bail};
use precompile::Destination;
use precompile::artifact::signature::Signature;
use precompile::artifact::statement::Statement;
use precompile::artifact::trust::PublicKey;
use precompile::artifact::{escaped_path, fat, trailer};
use precompile::sign::{SecretKey, minisig};
use std::path::Path;

/// The statement of an artifact, which is undamaged.
pub(crate) fn statement(artifact: &Path, bytes: &[u8]) -> Result<Statement> {
    Ok(ReadArtifact::of(artifact, bytes)?.statement())
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
    let read = ReadArtifact::of(artifact, bytes)?;
    let statement = read.statement();
    let signature = sign(&statement)?;
    let mut now = unreadable::read(artifact)?;
    let signed = read.signed_bytes() as usize;
    if now.get(..signed) != Some(&bytes[..signed]) {
        bail!("`{name}` has changed meanwhile, and is not signed: sign it again");
    }
    let is_of_key = |known: &Signature| key.verifies(known, statement.as_str());
    let added = match read {
        ReadArtifact::Thin(_) => trailer::add_signature(&mut now, &signature, is_of_key),
        ReadArtifact::Fat(_) => fat::add_signature(&mut now, &signature, is_of_key),
    };
    added.with_context(|| format!("`{name}`"))?;
    Destination::named(artifact, Path::new("")).write(&now)?;
    let key = signature.key.to_string();
    match format {
        Format::Json => print(&Message::Signed { artifact, key })?,
        Format::Human => tell(&format!("signed `{name}` with the key {key}")),
    }
    Ok(())
}

/// Signs a file that is no artifact: the signature is written beside it, in minisign's format.
///
/// # Errors
///
/// If the file is an artifact, which holds its signatures, or begins as a statement does.
pub(crate) fn sign_detached(file: &Path, key: &SecretKey, format: Format) -> Result<()> {
    let name = escaped_path(file);
    let content = unreadable::read(file)?;
    if trailer::read(&content).is_ok() || fat::is_fat(&content) {
        bail!("`{name}` is an artifact, which holds its signatures: leave out `--detached`");
    }
    let Some(signature) = key.sign_file(&content) else {
        bail!(
            "`{name}` begins as the statement of an artifact does, and signing it would sign that artifact"
        );
    };
    let text = minisig(&signature).expect("it is one of minisign's");
    let mut beside = file.as_os_str().to_owned();
    beside.push(".minisig");
    Destination::named(Path::new(&beside), Path::new("")).write(text.as_bytes())?;
    let key = signature.key.to_string();
    match format {
        Format::Json => print(&Message::Signed { artifact: file, key })?,
        Format::Human => {
            tell(&format!("signed `{name}` with the key {key}, in `{}`", escaped_path(Path::new(&beside))))
        }
    }
    Ok(())
}
