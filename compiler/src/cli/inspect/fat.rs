//! The description of a fat artifact: its slices.

use super::object::hexadecimal;
use crate::columns::{left, width};
use crate::message::{Format, print, print_bytes};
use crate::read_artifact::FatArtifact;
use crate::units::size;
use anyhow::Result;
use precompile::artifact::fat::Slice;
use precompile::artifact::signature::Signature;
use precompile::artifact::{Escaped, Names, escaped_path};
use precompile::{Backend, artifact::manifest::Kind};
use serde::Serialize;
use std::collections::HashSet;
use std::path::Path;

/// The description of a fat artifact.
#[derive(Serialize)]
#[serde(tag = "reason", rename = "inspect-fat")]
struct InspectedFat<'a> {
    artifact: String,
    kind: Kind,
    source_blake3: String,
    /// The digest that a signature of all slices signs.
    blake3: String,
    /// The numbers of the keys that have signed it, which aren't checked.
    keys: Vec<String>,
    slices: Vec<InspectedSlice<'a>>,
    /// The bytes of the file that several slices have in common.
    shared_bytes: u64,
    file_bytes: u64,
}

#[derive(Serialize)]
struct InspectedSlice<'a> {
    target: &'a str,
    backend: Backend,
    cpu_features: &'a Names,
    platform: &'static str,
    wasmtime_version: &'a str,
    blake3: String,
    bytes: u64,
    /// The place in the file, if the slice is in one piece.
    offset: Option<u64>,
    keys: Vec<String>,
}

/// Prints the description of an undamaged fat artifact of so many bytes.
pub(super) fn describe(path: &Path, fat: &FatArtifact, file_bytes: u64, format: Format) -> Result<()> {
    let keys = keys(&fat.signatures)?;
    let shared_bytes = shared_bytes(fat.slices().map(|(slice, _)| slice));
    let index = &fat.head.index;
    if format == Format::Human {
        return Ok(print_bytes(text(path, fat, &keys, shared_bytes, file_bytes).as_bytes())?);
    }
    let slices = fat.slices().map(|(slice, trailer)| {
        Ok(InspectedSlice {
            target: &slice.target,
            backend: slice.backend,
            cpu_features: &slice.cpu_features,
            platform: slice.platform.name(),
            wasmtime_version: &trailer.manifest.wasmtime_version,
            blake3: hexadecimal(&slice.digest),
            bytes: slice.bytes(),
            offset: slice.contiguous().map(|extent| extent.offset),
            keys: self::keys(&trailer.signatures)?,
        })
    });
    Ok(print(&InspectedFat {
        artifact: path.display().to_string(),
        kind: index.kind,
        source_blake3: hexadecimal(&index.source_blake3),
        blake3: hexadecimal(&fat.head.digest),
        keys,
        slices: slices.collect::<Result<_>>()?,
        shared_bytes,
        file_bytes,
    })?)
}

fn text(path: &Path, fat: &FatArtifact, keys: &[String], shared_bytes: u64, file_bytes: u64) -> String {
    let index = &fat.head.index;
    let signed = if keys.is_empty() { "by none".into() } else { format!("by {}", keys.join(", ")) };
    let mut text = format!("{}\n", escaped_path(path));
    let shared = match shared_bytes {
        0 => String::new(),
        bytes => format!(", of which slices share {}", size(bytes)),
    };
    for (name, value) in [
        ("kind", format!("fat, {}", index.kind)),
        ("source BLAKE3", hexadecimal(&index.source_blake3)),
        ("digests", "right".into()),
        ("signed", signed),
        ("bytes", format!("{file_bytes}{shared}")),
    ] {
        text += &format!("{name:<16}{value}\n");
    }
    text += &format!("\nslices: {}, the one that a host prefers first\n", index.slices.len());
    let names: Vec<_> = index.slices.iter().map(Slice::to_string).collect();
    let columns = names.iter().map(|name| width(name)).max().unwrap_or_default();
    for (name, (slice, trailer)) in names.iter().zip(fat.slices()) {
        let version = &trailer.manifest.wasmtime_version;
        let line = format!("  {}{:>14}  wasmtime {version}", left(name, columns), slice.bytes());
        text += &format!("{}\n", Escaped(&line));
    }
    text
}

/// The numbers of the keys of encoded signatures.
fn keys(signatures: &[u8]) -> Result<Vec<String>> {
    Ok(Signature::read_all(signatures)?.iter().map(|signature| signature.key.to_string()).collect())
}

/// The bytes of the extents that several slices have.
fn shared_bytes<'a>(slices: impl Iterator<Item = &'a Slice>) -> u64 {
    let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
    for extent in slices.flat_map(|slice| &slice.extents) {
        let range = (extent.offset, extent.bytes);
        if !seen.insert(range) {
            shared.insert(range);
        }
    }
    shared.iter().map(|(_, bytes)| bytes).sum()
}
