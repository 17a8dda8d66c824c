//! Descriptions of hosts in files.

use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::{Host, escaped_path};
use std::path::Path;

/// Reads a description of a host.
pub(crate) fn read(path: &Path) -> Result<Host> {
    let text = unreadable::read(path)?;
    let wrong = "it is no description of a host: `precompile-run --describe` prints one";
    serde_json::from_slice(&text).with_context(|| format!("`{}`: {wrong}", escaped_path(path)))
}
