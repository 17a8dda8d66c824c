//! Descriptions of hosts in files.

use anyhow::{Context, Result};
use precompile::artifact::Host;
use std::path::Path;

/// Reads a description of a host.
pub(crate) fn read(path: &Path) -> Result<Host> {
    let text = fs_err::read_to_string(path)?;
    let what = "it is no description of a host: `precompile-run --describe` prints one";
    serde_json::from_str(&text).with_context(|| format!("`{}`: {what}", path.display()))
}
