//! Artifacts that become slices of one file.

use crate::kind::Kind;
use crate::message::{Format, Message, print, tell};
use crate::read_artifact::ReadArtifact;
use crate::units::size;
use crate::unreadable;
use anyhow::Result;
use precompile::Destination;
use precompile::artifact::escaped_path;
use precompile::artifact::fat::{self, WriteError};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Joins artifacts.
pub(super) fn join(artifacts: &[PathBuf], output: &Path, share: bool, format: Format) -> Result<()> {
    let contents = artifacts.iter().map(|path| unreadable::read(path)).collect::<Result<Vec<_>>>()?;
    let mut parts: Vec<(&Path, Cow<'_, [u8]>)> = Vec::new();
    for (path, bytes) in artifacts.iter().zip(&contents) {
        match ReadArtifact::of(path, bytes)? {
            ReadArtifact::Thin(_) => parts.push((path, Cow::Borrowed(bytes))),
            ReadArtifact::Fat(fat) => {
                parts.extend(fat.slices().map(|(slice, _)| (path.as_path(), slice.bytes_in(bytes))));
            }
        }
    }
    let slices: Vec<&[u8]> = parts.iter().map(|(_, bytes)| &**bytes).collect();
    let fat = fat::write(&slices, share).map_err(|error| named(&parts, error))?;
    Destination::named(output, Path::new("")).write(&fat)?;
    report(output, slices.len(), fat.len() as u64, format)
}

/// Reports a fat artifact that was written.
pub(crate) fn report(output: &Path, slices: usize, bytes: u64, format: Format) -> Result<()> {
    match format {
        Format::Json => print(&Message::Joined { output, slices, artifact_bytes: bytes })?,
        Format::Human => {
            let s = if slices == 1 { "" } else { "s" };
            tell(&format!("joined {slices} slice{s} in `{}` ({})", escaped_path(output), size(bytes)));
        }
    }
    Ok(())
}

/// The error of artifacts that can't be joined, with the file.
fn named(parts: &[(&Path, Cow<'_, [u8]>)], error: WriteError) -> anyhow::Error {
    let name = |at: usize| escaped_path(parts[at].0);
    match error {
        WriteError::Read { at, .. } | WriteError::OtherSource { at } => {
            Kind::Mismatch.error(format!("`{}`: {error}", name(at)))
        }
        WriteError::Twice { at, ref slice } => Kind::Mismatch.error(format!(
            "`{}`: there is another slice for the same hosts, {slice}: leave one out",
            name(at)
        )),
        WriteError::Count(_) | WriteError::LongIndex(_) => Kind::Other.error(error.to_string()),
    }
}
