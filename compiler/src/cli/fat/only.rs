//! The slice that a host would run.

use super::split::{report, thin};
use crate::host_file;
use crate::kind::Kind;
use crate::message::Format;
use crate::read_artifact::ReadArtifact;
use crate::unreadable;
use anyhow::Result;
use precompile::Destination;
use precompile::artifact::escaped_path;
use precompile::artifact::mismatch::mismatches;
use std::path::Path;

/// Writes the slice that the described host would run.
pub(super) fn only(path: &Path, host: &Path, output: &Path, format: Format) -> Result<()> {
    let described = host_file::read(host)?;
    let bytes = unreadable::read(path)?;
    let ReadArtifact::Fat(fat) = ReadArtifact::of(path, &bytes)? else { return Err(thin(path)) };
    let found = fat.slices().find(|(_, trailer)| mismatches(&trailer.manifest, &described).is_empty());
    let Some((slice, trailer)) = found else {
        let (name, host) = (escaped_path(path), escaped_path(host));
        return Err(Kind::Mismatch.error(format!(
            "`{name}` has no slice for the host `{host}`: `precompile explain --for` says of each why not"
        )));
    };
    Destination::named(output, path).write(&slice.bytes_in(&bytes))?;
    report(path, output, trailer, slice.bytes(), format)
}
