//! The choice of the slice that a host runs.

use super::head::Head;
use super::index::Slice;
use super::layout::{MOST_HEAD_BYTES, MOST_TRAILERS_BYTES};
use crate::manifest::Manifest;
use crate::mismatch::{Mismatch, mismatches};
use crate::signature::MOST_BYTES;
use crate::trailer::{self, ELF_HEADER_BYTES, ReadError, Trailer};
use crate::{Code, Host};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The most bytes of the start that are read first. Most heads are shorter.
const START_BYTES: u64 = 4 << 10;

/// A function that fills a buffer from an offset of a fat artifact. Both are within it.
pub type ReadAt<'a, E> = &'a dyn Fn(&mut [u8], u64) -> Result<(), E>;

/// The slice of a fat artifact that a host runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The head of the fat artifact.
    pub head: Head,
    /// The encoded signatures of it.
    pub signatures: Vec<u8>,
    /// The place of the slice in the index.
    at: usize,
}

/// A slice of a fat artifact that doesn't fit a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceMismatch {
    /// The slice: its target, its backend, its CPU features.
    pub slice: String,
    /// The reasons; none of a slice that is damaged.
    pub mismatches: Vec<Mismatch>,
}

impl Chosen {
    /// The slice.
    pub fn slice(&self) -> &Slice {
        &self.head.index.slices[self.at]
    }

    /// The trailer of the slice, whose digest was checked.
    ///
    /// # Errors
    ///
    /// If the slice isn't the one that the index describes, so that no signature of the index is one of it.
    pub fn checked(&self, trailer: Trailer) -> Result<Trailer, ReadError> {
        match self.slice().is_of(&trailer) {
            true => Ok(trailer),
            false => Err(ReadError::Slice { slice: self.at + 1 }),
        }
    }
}

/// The slice of a fat artifact of so many bytes that a host runs: the first without a mismatch. The head is read, the
/// signatures, and the trailer of each slice that the index lets the host run, up to that one. The image of none is.
///
/// The inner error has the reasons for which none fits, in the index's order.
///
/// # Errors
///
/// If the head can't be read, or one of those trailers: a damaged slice isn't passed over in favour of the next. Besides,
/// the errors of `read`.
pub fn choose<E: From<ReadError>>(
    host: &Host,
    read: ReadAt<'_, E>,
    file_bytes: u64,
) -> Result<Result<Chosen, Vec<SliceMismatch>>, E> {
    let head = head(read, file_bytes)?;
    let end = head.index.end();
    // One byte more than can be shows that there are too many.
    let mut behind = vec![0; (file_bytes - end).min(MOST_BYTES + 5) as usize];
    read(&mut behind, end)?;
    let signatures = head.signatures(&behind)?;
    let mut trailers = Trailers { read, left: file_bytes.min(MOST_TRAILERS_BYTES) };
    for (at, slice) in head.index.slices.iter().enumerate() {
        if slice.may_fit(host) && mismatches(&trailers.of(slice, at)?.manifest, host).is_empty() {
            return Ok(Ok(Chosen { head, signatures, at }));
        }
    }
    // Each slice is told of, also a damaged one.
    let mut trailers = Trailers { read, left: file_bytes.min(MOST_TRAILERS_BYTES) };
    let refused = head.index.slices.iter().enumerate().map(|(at, slice)| SliceMismatch {
        slice: slice.to_string(),
        mismatches: trailers.of(slice, at).map_or(Vec::new(), |it| slice_mismatches(&it.manifest, host)),
    });
    Ok(Err(refused.collect()))
}

/// The reasons why a slice with this manifest doesn't fit a host. Of one for another machine, that alone: no remedy for the
/// others would help.
pub fn slice_mismatches(manifest: &Manifest, host: &Host) -> Vec<Mismatch> {
    let mut mismatches = mismatches(manifest, host);
    if mismatches.iter().any(|mismatch| mismatch.code == Code::Target) {
        mismatches.retain(|mismatch| mismatch.code == Code::Target);
    }
    mismatches
}

/// Reads the head.
fn head<E: From<ReadError>>(read: ReadAt<'_, E>, file_bytes: u64) -> Result<Head, E> {
    let most = file_bytes.min(MOST_HEAD_BYTES as u64);
    let mut start = vec![0; most.min(START_BYTES) as usize];
    read(&mut start, 0)?;
    match Head::read(&start, file_bytes) {
        Err(ReadError::Truncated { .. }) if most > START_BYTES => {
            start.resize(most as usize, 0);
            read(&mut start, 0)?;
            Ok(Head::read(&start, file_bytes)?)
        }
        head => Ok(head?),
    }
}

/// A reader of slices' trailers. Together they are no longer than the file, whatever the slices have in common, and bounded
/// in a sparse one.
struct Trailers<'a, E> {
    read: ReadAt<'a, E>,
    /// The bytes that may still be read.
    left: u64,
}

impl<E: From<ReadError>> Trailers<'_, E> {
    /// The trailer of the slice at this place in the index.
    fn of(&mut self, slice: &Slice, at: usize) -> Result<Trailer, E> {
        let file_bytes = slice.bytes();
        let mut header = [0; ELF_HEADER_BYTES];
        let header = &mut header[..file_bytes.min(ELF_HEADER_BYTES as u64) as usize];
        self.fill(slice, header, 0)?;
        let image = trailer::image(header)?;
        let Some(bytes) = file_bytes.checked_sub(image.bytes) else {
            return Err(ReadError::Truncated { part: "the image", part_end: image.bytes, file_bytes }.into());
        };
        let Some(left) = self.left.checked_sub(bytes) else {
            return Err(ReadError::Excess { offset: image.bytes, excess: bytes - self.left }.into());
        };
        self.left = left;
        let mut behind = vec![0; bytes as usize];
        self.fill(slice, &mut behind, image.bytes)?;
        Ok(slice.trailer(image, &behind, at + 1)?)
    }

    /// Fills a buffer from an offset in a slice. Both are within it.
    fn fill(&self, slice: &Slice, mut buffer: &mut [u8], mut offset: u64) -> Result<(), E> {
        for extent in &slice.extents {
            let Some(left) = extent.bytes.checked_sub(offset).filter(|left| *left > 0) else {
                offset -= extent.bytes;
                continue;
            };
            let (part, rest) = buffer.split_at_mut((buffer.len() as u64).min(left) as usize);
            (self.read)(part, extent.offset + offset)?;
            (buffer, offset) = (rest, 0);
            if buffer.is_empty() {
                break;
            }
        }
        Ok(())
    }
}
