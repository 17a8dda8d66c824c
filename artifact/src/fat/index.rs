//! The index of a fat artifact: where each slice is, and which hosts it is for.

use super::index_error::IndexError;
use super::layout::{DIGEST_BYTES, MOST_EXTENTS, MOST_SLICES};
use crate::fields::{Fields, any, sorted_names, triple};
use crate::manifest::{Kind, Manifest};
use crate::platform::is_pulley_name;
use crate::trailer::{self, Image, ReadError, Trailer};
use crate::version::numbers;
use crate::{Backend, ErrorText, Names, Platform, cpu};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The index of a fat artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// The kind of all slices.
    pub kind: Kind,
    /// BLAKE3 of the WebAssembly binary that all slices were compiled from.
    pub source_blake3: [u8; DIGEST_BYTES],
    /// The slices, in the order in which a host prefers them.
    pub slices: Vec<Slice>,
}

/// A slice of a fat artifact: an artifact for some hosts. The first fields are those of its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// The target triple.
    pub target: String,
    /// The CPU features beyond the architecture's baseline.
    pub cpu_features: Names,
    /// The backend that compiled it.
    pub backend: Backend,
    /// The preset from which the settings started.
    pub platform: Platform,
    /// Wasmtime's major version.
    pub wasmtime_major: u32,
    /// BLAKE3 of its trailer up to the digest, by which the manifest is known to be the one that was written.
    pub trailer_blake3: [u8; DIGEST_BYTES],
    /// The digest in its trailer.
    pub digest: [u8; DIGEST_BYTES],
    /// The ranges of the file that hold it, one after the other.
    pub extents: Vec<Extent>,
}

/// A range of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// The start.
    pub offset: u64,
    /// The length.
    pub bytes: u64,
}

impl Extent {
    /// The end; `None` if there is none below 2^64.
    pub fn end(self) -> Option<u64> {
        self.offset.checked_add(self.bytes)
    }
}

impl Index {
    /// The encoded index.
    pub(super) fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("an index holds nothing that postcard can't encode")
    }

    /// Reads an encoded index that starts at `offset` in its file, whose slices begin at `first`. Any bytes may be given.
    pub(super) fn decode(bytes: &[u8], offset: u64, first: u64) -> Result<Index, IndexError> {
        let mut fields = Fields::new(bytes, offset);
        let mut index = Index {
            kind: fields.next("kind", any)?,
            source_blake3: fields.next("source_blake3", any)?,
            slices: Vec::new(),
        };
        let count = fields.next("slices", |count: &usize| match count {
            1..=MOST_SLICES => Ok(()),
            _ => Err(ErrorText::new(|| format!("{count} slices, where 1 to {MOST_SLICES} can be"))),
        })?;
        for _ in 0..count {
            index.slices.push(Slice {
                target: fields.next("target", |text: &String| triple(text))?,
                cpu_features: fields.list("cpu_features", sorted_names)?,
                backend: fields.next("backend", any)?,
                platform: fields.next("platform", any)?,
                wasmtime_major: fields.next("wasmtime_major", any)?,
                trailer_blake3: fields.next("trailer_blake3", any)?,
                digest: fields.next("digest", any)?,
                extents: extents(&mut fields, first)?,
            });
        }
        match fields.left() {
            0 => Ok(index),
            excess => {
                let excess = ErrorText::new(|| format!("{excess} bytes too many follow"));
                Err(fields.error("slices", excess).into())
            }
        }
    }

    /// The end of the last slice, in bytes from the start of the file.
    pub fn end(&self) -> u64 {
        let extents = self.slices.iter().flat_map(|slice| &slice.extents);
        extents.filter_map(|extent| extent.end()).max().unwrap_or(0)
    }
}

/// The extents of a slice, which are behind the head and don't overlap, so that a slice is no longer than its file.
fn extents(fields: &mut Fields<'_>, first: u64) -> Result<Vec<Extent>, IndexError> {
    let count = fields.next("extents", |count: &usize| match count {
        1..=MOST_EXTENTS => Ok(()),
        _ => Err(ErrorText::new(|| format!("{count} extents, where 1 to {MOST_EXTENTS} can be"))),
    })?;
    let mut extents: Vec<Extent> = Vec::new();
    for _ in 0..count {
        let extent: Extent = fields.next("extents", any)?;
        let fault = match extent.end() {
            None => Some("it ends beyond all files"),
            _ if extent.bytes == 0 => Some("it is empty"),
            _ if extent.offset < first => Some("it begins within the head"),
            Some(end) => {
                let apart = |other: &Extent| {
                    end <= other.offset || other.end().is_some_and(|other| other <= extent.offset)
                };
                (!extents.iter().all(apart)).then_some("it overlaps another of its slice")
            }
        };
        if let Some(fault) = fault {
            let Extent { offset, bytes } = extent;
            let problem = ErrorText::new(|| format!("one of {bytes} bytes at offset {offset}: {fault}"));
            return Err(fields.error("extents", problem).into());
        }
        extents.push(extent);
    }
    Ok(extents)
}

impl Slice {
    /// The slice of this artifact, without its place.
    pub(super) fn of(artifact: &[u8], trailer: &Trailer) -> Slice {
        let behind = trailer::image(artifact).map_or(0, |image| image.bytes as usize);
        let Manifest { target, cpu_features, backend, platform, .. } = &trailer.manifest;
        Slice {
            target: target.clone(),
            cpu_features: cpu_features.clone(),
            backend: *backend,
            platform: *platform,
            wasmtime_major: major(&trailer.manifest),
            trailer_blake3: blake3::hash(&artifact[behind..trailer.digest_offset as usize]).into(),
            digest: trailer.digest,
            extents: Vec::new(),
        }
    }

    /// Reads the trailer of the slice, from the bytes behind its image. Any bytes may be given.
    ///
    /// # Errors
    ///
    /// [`ReadError::Slice`] with this number if it isn't the one that the index describes; any other of
    /// [`Trailer::parse`].
    pub fn trailer(&self, image: Image, behind: &[u8], number: usize) -> Result<Trailer, ReadError> {
        let trailer = Trailer::parse(image, behind)?;
        // The digest is within what was read.
        let described = &behind[..(trailer.digest_offset - image.bytes) as usize];
        match blake3::hash(described) == self.trailer_blake3 && self.is_of(&trailer) {
            true => Ok(trailer),
            false => Err(ReadError::Slice { slice: number }),
        }
    }

    /// Returns true if this is the slice of an artifact with this trailer, whose digest was checked.
    pub fn is_of(&self, trailer: &Trailer) -> bool {
        let Slice {
            target,
            cpu_features,
            backend,
            platform,
            wasmtime_major,
            trailer_blake3: _,
            digest,
            extents: _,
        } = self;
        let manifest = &trailer.manifest;
        (target, cpu_features) == (&manifest.target, &manifest.cpu_features)
            && (*backend, *platform) == (manifest.backend, manifest.platform)
            && (*wasmtime_major, *digest) == (major(manifest), trailer.digest)
    }

    /// Returns true if an index couldn't tell which of both a host is to run.
    pub(super) fn is_alike(&self, other: &Slice) -> bool {
        let Slice {
            target,
            cpu_features,
            backend,
            platform,
            wasmtime_major,
            trailer_blake3: _,
            digest: _,
            extents: _,
        } = self;
        (target, cpu_features, backend) == (&other.target, &other.cpu_features, &other.backend)
            && (platform, wasmtime_major) == (&other.platform, &other.wasmtime_major)
    }

    /// Returns true if Pulley interprets the code.
    pub fn is_pulley(&self) -> bool {
        is_pulley_name(&self.target)
    }

    /// The length in bytes.
    pub fn bytes(&self) -> u64 {
        self.extents.iter().map(|extent| extent.bytes).sum()
    }

    /// The bytes of the slice in those of the fat artifact: copied where they aren't in one piece.
    ///
    /// # Panics
    ///
    /// If the bytes are shorter than those of which [`Head::read`](super::Head::read) read the index.
    pub fn bytes_in<'a>(&self, fat: &'a [u8]) -> Cow<'a, [u8]> {
        let range = |extent: &Extent| &fat[extent.offset as usize..][..extent.bytes as usize];
        match self.contiguous() {
            Some(extent) => Cow::Borrowed(range(&extent)),
            None => Cow::Owned(self.extents.iter().map(range).collect::<Vec<_>>().concat()),
        }
    }

    /// The one range of the file that holds the slice; `None` if there are several apart.
    pub fn contiguous(&self) -> Option<Extent> {
        let mut extents = self.extents.iter().copied();
        let first = extents.next()?;
        extents.try_fold(first, |before, extent| {
            let follows = before.end() == Some(extent.offset);
            follows.then_some(Extent { bytes: before.bytes + extent.bytes, ..before })
        })
    }
}

/// The slice as messages name it: `x86_64-unknown-linux-gnu, cranelift, x86-64-v3`.
impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.target, self.backend)?;
        if !self.cpu_features.is_empty() {
            write!(f, ", {}", cpu::name(&self.target, &self.cpu_features))?;
        }
        if self.platform != Platform::Hosted {
            write!(f, ", {}", self.platform)?;
        }
        Ok(())
    }
}

/// The key by which slices are sorted, so that the one that a host prefers comes first: machine code before Pulley's, more
/// CPU features before fewer, Cranelift before Winch, more of a platform before less.
pub fn preferred_first(slice: &Slice) -> impl Ord + use<> {
    (slice.is_pulley(), Reverse(slice.cpu_features.len()), slice.backend, slice.platform)
}

/// The major number of wasmtime's version, which the manifest's reader has checked.
fn major(manifest: &Manifest) -> u32 {
    numbers(&manifest.wasmtime_version).and_then(|[major, ..]| u32::try_from(major).ok()).unwrap_or(0)
}
