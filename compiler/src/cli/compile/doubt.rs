//! The signatures of a plan, and doubts whether a host accepts them.

use crate::compile::project::Project;
use crate::described_host::DescribedHost;
use crate::key_source;
use crate::trust_file;
use anyhow::Result;
use precompile::Signatures;
use precompile::artifact::escaped_path;
use precompile::artifact::trust::Limits;

/// The signatures that a project asks for.
///
/// # Errors
///
/// If the key or the trust file can't be read.
pub(crate) fn signatures(project: &Project) -> Result<Signatures> {
    let trust = project.trust.as_deref().map(trust_file::read).transpose()?;
    let key = project.sign.as_ref().map(key_source::read).transpose()?;
    Ok(Signatures::new(trust, key))
}

/// The reason why a host, of so many, may refuse artifacts with these signatures, if it demands others.
///
/// # Errors
///
/// If the keys that the host trusts can't be read.
pub(crate) fn doubt(
    described: &DescribedHost,
    hosts: usize,
    signatures: &Signatures,
) -> Result<Option<String>> {
    let Some(trust) = trust_file::of_host(&described.host)? else { return Ok(None) };
    let is_trusted = |key| trust.keys().iter().any(|trusted| trusted.key.id == key);
    let is_limited = |key| {
        let no_limits = Limits::default();
        trust.keys().iter().any(|trusted| trusted.key.id == key && trusted.limits != no_limits)
    };
    let doubt: Option<String> = match signatures.signer() {
        None => Some("this host runs signed artifacts only: sign them, by `--sign`".into()),
        Some(key) if !is_trusted(key) => Some(format!(
            "this host doesn't trust the key {key}: sign with one that it trusts, or have it trust this one, by \
             `precompile trust add`"
        )),
        Some(key) if is_limited(key) => {
            Some(format!("this host trusts the key {key} within limits: see `precompile explain`"))
        }
        Some(_) if trust.threshold() > 1 => Some(format!(
            "this host runs what {} keys have signed: have the others sign, too, by `precompile attest`",
            trust.threshold()
        )),
        Some(_) => None,
    };
    Ok(match hosts {
        1 => doubt,
        _ => doubt.map(|doubt| format!("`{}`: {doubt}", escaped_path(&described.file))),
    })
}
