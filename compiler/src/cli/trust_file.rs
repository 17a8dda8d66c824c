//! Trust files.

use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::{Host, Trust, escaped_path};
use std::path::Path;

/// The trust in a file.
pub(crate) fn read(path: &Path) -> Result<Trust> {
    let parsed = Trust::parse(&unreadable::read_text(path)?);
    parsed.with_context(|| format!("`{}`", escaped_path(path)))
}

/// The trust of a described host; `None` if it asks for no signature.
pub(crate) fn of_host(host: &Host) -> Result<Option<Trust>> {
    let parsed = host.trust.as_deref().map(Trust::parse).transpose();
    parsed.context("the keys that the host trusts")
}
