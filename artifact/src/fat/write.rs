//! The writer of fat artifacts.

use super::head::Head;
use super::index::{Extent, Index, Slice, preferred_first};
use super::layout::{DIGEST_BYTES, FORMAT, IMAGE_BYTES, INTRODUCTION_BYTES, MOST_HEAD_BYTES, MOST_SLICES};
use crate::manifest::Kind;
use crate::signature::Signature;
use crate::trailer::{self, MAGIC, ReadError, SignError, Trailer, with_signature};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};
use thiserror::Error;

/// The section of an image with the data segments of its memories, `obj::ELF_WASM_DATA` in wasmtime-environ.
const DATA: &[u8] = b".rodata.wasm";
/// The fewest bytes of data that are worth an extent of their own.
const LEAST_SHARED_BYTES: usize = 64 << 10;
/// The alignments of slices, in bytes: the pages of most machines, and the largest pages.
const ALIGNMENTS: (u64, u64) = (4 << 10, 64 << 10);

/// The error of artifacts that can't be slices of one fat artifact. Numbers of artifacts count from 0, in the order in
/// which they were given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// One is no artifact, or a damaged one.
    #[error("{error}")]
    Read {
        /// The artifact.
        at: usize,
        /// The error.
        error: ReadError,
    },
    /// There are none, or too many.
    #[error("{0} artifacts, where 1 to {MOST_SLICES} can be slices of one")]
    Count(usize),
    /// One was compiled from another WebAssembly binary than the first.
    #[error("it was compiled from another WebAssembly binary than the others")]
    OtherSource {
        /// The artifact.
        at: usize,
    },
    /// A host can't tell two apart.
    #[error("there are two for the same hosts: {slice}")]
    Twice {
        /// The second artifact.
        at: usize,
        /// The description of both.
        slice: String,
    },
    /// The index would be too long.
    #[error("their descriptions have {0} bytes, where {MOST_HEAD_BYTES} can be")]
    LongIndex(usize),
}

/// A fat artifact of these artifacts, which stay as they are, with their signatures. It has no signature of its own. Data
/// segments that several have in common are stored once with `share`.
///
/// The result depends on the artifacts alone, and not on their order.
///
/// # Errors
///
/// If one isn't an undamaged artifact, or they can't be slices of one.
pub fn write(artifacts: &[&[u8]], share: bool) -> Result<Vec<u8>, WriteError> {
    let count = artifacts.len();
    if count == 0 || count > MOST_SLICES {
        return Err(WriteError::Count(count));
    }
    let mut parts = Vec::with_capacity(count);
    for (at, bytes) in artifacts.iter().enumerate() {
        let trailer = trailer::read(bytes).map_err(|error| WriteError::Read { at, error })?;
        parts.push(Part { at, bytes, slice: Slice::of(bytes, &trailer), trailer });
    }
    let (kind, source) = (parts[0].trailer.manifest.kind, parts[0].trailer.manifest.source_blake3);
    if let Some(other) = parts.iter().find(|part| part.trailer.manifest.source_blake3 != source) {
        return Err(WriteError::OtherSource { at: other.at });
    }
    parts.sort_by_cached_key(|Part { slice, .. }| {
        let (target, cpu) = (slice.target.clone(), slice.cpu_features.join("+"));
        (preferred_first(slice), target, cpu, slice.wasmtime_major, slice.digest)
    });
    if let Some([one, other]) = parts.array_windows().find(|[one, other]| one.slice.is_alike(&other.slice)) {
        let at = one.at.max(other.at);
        return Err(WriteError::Twice { at, slice: other.slice.to_string() });
    }
    let mut index =
        Index { kind, source_blake3: source, slices: parts.iter().map(|part| part.slice.clone()).collect() };
    // The length of the index depends on the offsets in it, which grow with its length: a few rounds settle it.
    let mut head_bytes = 0;
    loop {
        let layout = lay_out(&parts, head_bytes, share);
        for (slice, extents) in index.slices.iter_mut().zip(layout) {
            slice.extents = extents;
        }
        let needed = IMAGE_BYTES + INTRODUCTION_BYTES + index.encode().len() + DIGEST_BYTES;
        if needed > MOST_HEAD_BYTES {
            return Err(WriteError::LongIndex(needed));
        }
        if needed <= head_bytes {
            break;
        }
        head_bytes = needed;
    }
    let mut file = head(&index);
    file.resize(index.end() as usize, 0);
    for (part, slice) in parts.iter().zip(&index.slices) {
        let mut rest = part.bytes;
        for extent in &slice.extents {
            let (bytes, behind) = rest.split_at(extent.bytes as usize);
            file[extent.offset as usize..][..bytes.len()].copy_from_slice(bytes);
            rest = behind;
        }
    }
    file.extend_from_slice(&0u32.to_le_bytes());
    Ok(file)
}

/// An artifact that becomes a slice.
struct Part<'a> {
    at: usize,
    bytes: &'a [u8],
    trailer: Trailer,
    slice: Slice,
}

/// The extents of each part.
fn lay_out(parts: &[Part<'_>], head_bytes: usize, share: bool) -> Vec<Vec<Extent>> {
    let mut end = head_bytes as u64;
    // The data segments so far, and where they are.
    let mut known: Vec<(&[u8], Extent)> = Vec::new();
    let mut layout = Vec::with_capacity(parts.len());
    for part in parts {
        let sections = Sections::of(part.bytes);
        end = end.next_multiple_of(sections.alignment);
        let data = sections.data.filter(|data| share && data.len() >= LEAST_SHARED_BYTES);
        let Some(data) = data else {
            layout.push(vec![take(&mut end, part.bytes.len())]);
            continue;
        };
        let bytes = &part.bytes[data.clone()];
        let before = take(&mut end, data.start);
        let shared = match known.iter().find(|(other, _)| *other == bytes) {
            Some((_, extent)) => *extent,
            None => {
                let extent = take(&mut end, data.len());
                known.push((bytes, extent));
                extent
            }
        };
        let behind = take(&mut end, part.bytes.len() - data.end);
        layout.push(vec![before, shared, behind]);
    }
    layout
}

/// The next extent of so many bytes.
fn take(end: &mut u64, bytes: usize) -> Extent {
    let extent = Extent { offset: *end, bytes: bytes as u64 };
    *end += extent.bytes;
    extent
}

/// The sections of an image that matter to its place.
struct Sections {
    /// The largest alignment, in bytes, within [`ALIGNMENTS`].
    alignment: u64,
    /// The range of the data segments.
    data: Option<Range<usize>>,
}

impl Sections {
    /// The sections of an artifact. What can't be read isn't there.
    fn of(artifact: &[u8]) -> Sections {
        let mut found = Sections { alignment: ALIGNMENTS.0, data: None };
        let Ok(header) = FileHeader64::<Endianness>::parse(artifact) else { return found };
        let Ok(endian) = header.endian() else { return found };
        let Ok(sections) = header.sections(endian, artifact) else { return found };
        for section in sections.iter() {
            found.alignment = found.alignment.max(section.sh_addralign(endian));
            if sections.section_name(endian, section) == Ok(DATA)
                && let Some((offset, bytes)) = section.file_range(endian)
            {
                let range = offset as usize..(offset.saturating_add(bytes)) as usize;
                found.data = artifact.get(range.clone()).map(|_| range);
            }
        }
        found.alignment = found.alignment.min(ALIGNMENTS.1).next_power_of_two();
        found
    }
}

/// The head with this index.
fn head(index: &Index) -> Vec<u8> {
    let encoded = index.encode();
    let mut head = image(index.kind);
    head.extend_from_slice(&MAGIC);
    head.extend_from_slice(&FORMAT.to_le_bytes());
    head.extend_from_slice(&(encoded.len() as u32).to_le_bytes());
    head.extend_from_slice(&encoded);
    let digest = blake3::hash(&head);
    head.extend_from_slice(digest.as_bytes());
    head
}

/// An ELF image of wasmtime's kind without any content: a header, and the section that every list of them begins with.
fn image(kind: Kind) -> Vec<u8> {
    let mut image = vec![0; IMAGE_BYTES];
    // The fields of the header that aren't zero: 64 bits, little-endian, version 1; its length, the offset of the list
    // of sections, the length of an entry, their number.
    image[..8].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, trailer::ELFOSABI_WASMTIME]);
    image[20] = 1;
    image[40] = 64;
    image[48] = trailer::flags(kind) as u8;
    image[52] = 64;
    image[58] = 64;
    image[60] = 1;
    image
}

/// Adds a signature to a fat artifact. Nothing that was signed changes. Signatures that `is_replaced` takes are removed.
///
/// # Errors
///
/// Every [`ReadError`] but those of slices; [`SignError`] where there is no room for a signature.
pub fn add_signature(
    fat: &mut Vec<u8>,
    signature: &Signature,
    is_replaced: impl Fn(&Signature) -> bool,
) -> Result<(), SignError> {
    let head = Head::read(fat, fat.len() as u64)?;
    let end = head.index.end() as usize;
    let encoded = with_signature(&head.signatures(&fat[end..])?, signature, is_replaced)?;
    // The index's end is within these bytes.
    fat.truncate(end);
    fat.extend_from_slice(&(encoded.len() as u32).to_le_bytes());
    fat.extend_from_slice(&encoded);
    Ok(())
}
