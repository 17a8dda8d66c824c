//! Slices that become files of their own.

use super::slice_names::slice_names;
use crate::kind::Kind;
use crate::message::{Format, Message, print, tell};
use crate::read_artifact::ReadArtifact;
use crate::unreadable;
use anyhow::Result;
use precompile::Destination;
use precompile::artifact::escaped_path;
use precompile::artifact::trailer::Trailer;
use std::ffi::OsString;
use std::path::Path;

/// Writes each slice of a fat artifact into a file of its own.
pub(super) fn split(path: &Path, folder: Option<&Path>, format: Format) -> Result<()> {
    let bytes = unreadable::read(path)?;
    let ReadArtifact::Fat(fat) = ReadArtifact::of(path, &bytes)? else { return Err(thin(path)) };
    if let Some(folder) = folder {
        fs_err::create_dir_all(folder)?;
    }
    let manifests: Vec<_> = fat.trailers.iter().map(|trailer: &Trailer| &trailer.manifest).collect();
    for ((slice, trailer), name) in fat.slices().zip(slice_names(&manifests)) {
        let mut extension = OsString::from(name);
        extension.push(".cwasm");
        let beside = path.with_extension(extension);
        let output = match (folder, beside.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => beside,
        };
        Destination::derived(&output, path).write(&slice.bytes_in(&bytes))?;
        report(path, &output, trailer, slice.bytes(), format)?;
    }
    Ok(())
}

/// Reports a slice that was written.
pub(super) fn report(
    path: &Path,
    output: &Path,
    trailer: &Trailer,
    bytes: u64,
    format: Format,
) -> Result<()> {
    let (target, backend) = (&*trailer.manifest.target, trailer.manifest.backend);
    match format {
        Format::Json => {
            print(&Message::Slice { artifact: path, output, target, backend, artifact_bytes: bytes })?;
        }
        Format::Human => tell(&format!("`{}` with {backend} for {target}", escaped_path(output))),
    }
    Ok(())
}

/// The error for an artifact that isn't fat.
pub(super) fn thin(path: &Path) -> anyhow::Error {
    let name = escaped_path(path);
    Kind::NotAnArtifact
        .error(format!("`{name}` is no fat artifact, but one for a single kind of host: use it as it is"))
}
