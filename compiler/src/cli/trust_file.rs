//! Trust files.

use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::{Trust, escaped_path};
use std::path::Path;

/// The trust in a file.
pub(crate) fn read(path: &Path) -> Result<Trust> {
    let parsed = Trust::parse(&unreadable::read_text(path)?);
    parsed.with_context(|| format!("`{}`", escaped_path(path)))
}
