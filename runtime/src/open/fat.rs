//! The slice of a fat artifact that fits this host best.

use super::accepted::Accepted;
use crate::open_error::{OpenError, SliceMismatch};
use crate::runtime::Runtime;
use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
#[cfg(feature = "trust")]
use precompile_artifact::Trust;
use precompile_artifact::fat::{Extent, Head, MOST_HEAD_BYTES, Slice, is_fat};
use precompile_artifact::mismatch::mismatches;
use precompile_artifact::trailer::{self, ELF_HEADER_BYTES, ReadError, Trailer};

/// The most bytes of the start that are read first. Most heads are shorter.
const START_BYTES: u64 = 4 << 10;

/// A function that fills a buffer from an offset of a fat artifact, which is within it.
pub(super) type ReadAt<'a> = &'a dyn Fn(&mut [u8], u64) -> Result<(), OpenError>;

/// The slice of a fat artifact that fits this host best.
pub(super) struct Chosen {
    /// The slice's number, from 1 on.
    number: usize,
    pub(super) slice: Slice,
    /// The head and the encoded signatures of it, for a check of them.
    #[cfg(feature = "trust")]
    head: Head,
    #[cfg(feature = "trust")]
    signatures: Vec<u8>,
}

impl Chosen {
    /// The trailer of the slice, whose digest was checked.
    ///
    /// # Errors
    ///
    /// If the slice isn't the one that the index describes, so that no signature of the index is one of it.
    pub(super) fn checked(&self, trailer: Trailer) -> Result<Trailer, OpenError> {
        match self.slice.is_of(&trailer) {
            true => Ok(trailer),
            false => Err(ReadError::Slice { slice: self.number }.into()),
        }
    }

    /// The bytes of the slice in those of the fat artifact.
    pub(super) fn bytes<'a>(&self, fat: &'a [u8]) -> Cow<'a, [u8]> {
        // The head's reader has checked that the extents are within the file.
        let range = |extent: &Extent| &fat[extent.offset as usize..][..extent.bytes as usize];
        match self.slice.contiguous() {
            Some(extent) => Cow::Borrowed(range(&extent)),
            None => Cow::Owned(self.slice.extents.iter().map(range).collect::<Vec<_>>().concat()),
        }
    }
}

impl Runtime {
    /// The slice of a fat artifact in memory that fits this host best; `None` of any other bytes.
    ///
    /// # Errors
    ///
    /// If the index can't be read, or no slice fits.
    pub(super) fn slice_in(&self, bytes: &[u8]) -> Result<Option<Chosen>, OpenError> {
        if !is_fat(bytes) {
            return Ok(None);
        }
        let read = |buffer: &mut [u8], offset: u64| {
            // The caller keeps within the bytes.
            buffer.copy_from_slice(&bytes[offset as usize..][..buffer.len()]);
            Ok(())
        };
        self.slice_of(&read, bytes.len() as u64).map(Some)
    }

    /// The slice of a fat artifact of so many bytes that fits this host best. The head is read, and of each slice that the
    /// index lets this host run, up to the first that it does, the trailer.
    ///
    /// # Errors
    ///
    /// If the index can't be read, or no slice fits.
    pub(super) fn slice_of(&self, read: ReadAt<'_>, file_bytes: u64) -> Result<Chosen, OpenError> {
        let head = head(read, file_bytes)?;
        #[cfg(feature = "trust")]
        let signatures = {
            let end = head.index.end();
            // One byte more than can be shows that there are too many.
            let most = precompile_artifact::signature::MOST_BYTES + 5;
            let mut behind = vec![0; (file_bytes - end).min(most) as usize];
            read(&mut behind, end)?;
            head.signatures(&behind)?
        };
        let chosen = self.first_that_fits(&head.index.slices, read, file_bytes)?;
        Ok(Chosen {
            number: chosen + 1,
            slice: head.index.slices[chosen].clone(),
            #[cfg(feature = "trust")]
            head,
            #[cfg(feature = "trust")]
            signatures,
        })
    }

    /// The index of the first slice without a mismatch.
    fn first_that_fits(
        &self,
        slices: &[Slice],
        read: ReadAt<'_>,
        file_bytes: u64,
    ) -> Result<usize, OpenError> {
        let mut trailers = Trailers { read, left: file_bytes };
        for (at, slice) in slices.iter().enumerate() {
            if slice.may_fit(self.host())
                && mismatches(&trailers.of(slice, at + 1)?.manifest, self.host()).is_empty()
            {
                return Ok(at);
            }
        }
        // Each slice is told of, also a damaged one.
        let mut trailers = Trailers { read, left: file_bytes };
        let mut refused = Vec::new();
        for (at, slice) in slices.iter().enumerate() {
            let mismatches = match trailers.of(slice, at + 1) {
                Ok(trailer) => mismatches(&trailer.manifest, self.host()),
                Err(_) => Vec::new(),
            };
            refused.push(SliceMismatch { slice: slice.to_string(), mismatches });
        }
        Err(OpenError::NoSlice(refused))
    }

    /// Checks the signatures of a slice with this trailer, or of the fat artifact that it is of, if this runtime demands any.
    pub(super) fn accept_slice(&self, chosen: &Chosen, trailer: Trailer) -> Result<Accepted, OpenError> {
        let trailer = chosen.checked(trailer)?;
        #[cfg(feature = "trust")]
        if let Some(trust) = &self.config.trust
            && !(self.config.allow_unsigned && trailer.signatures.is_empty() && chosen.signatures.is_empty())
        {
            return self.accept_trusted_slice(chosen, trailer, trust);
        }
        Ok(Accepted::unasked(trailer))
    }

    /// Checks the signatures of a slice with this trailer, or of the fat artifact that it is of.
    #[cfg(feature = "trust")]
    pub(super) fn accept_trusted_slice(
        &self,
        chosen: &Chosen,
        trailer: Trailer,
        trust: &Trust,
    ) -> Result<Accepted, OpenError> {
        let trailer = chosen.checked(trailer)?;
        let signers = trust.check_slice(&trailer, &chosen.head, &chosen.signatures);
        self.accepted(trailer, signers, trust)
    }
}

/// Reads the head.
fn head(read: ReadAt<'_>, file_bytes: u64) -> Result<Head, OpenError> {
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

/// A reader of slices' trailers. Together they are no longer than the file, whatever the slices have in common.
struct Trailers<'a> {
    read: ReadAt<'a>,
    /// The bytes that may still be read.
    left: u64,
}

impl Trailers<'_> {
    /// The trailer of a slice with this number.
    fn of(&mut self, slice: &Slice, number: usize) -> Result<Trailer, OpenError> {
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
        Ok(slice.trailer(image, &behind, number)?)
    }

    /// Fills a buffer from an offset in a slice, which is within it.
    fn fill(&self, slice: &Slice, mut buffer: &mut [u8], mut offset: u64) -> Result<(), OpenError> {
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
