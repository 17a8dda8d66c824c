//! The head of a fat artifact: its index, and the digest of it.

use super::index::Index;
use super::layout::{
    DIGEST_BYTES, FORMAT, IMAGE_BYTES, INTRODUCTION_BYTES, MOST_HEAD_BYTES, SIGNATURES_LENGTH_BYTES,
};
use crate::trailer::{self, Cursor, MAGIC, ReadError, number};
use alloc::vec::Vec;

/// The head of a fat artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The index.
    pub index: Index,
    /// BLAKE3 of everything before it: what a signature of the fat artifact signs.
    pub digest: [u8; DIGEST_BYTES],
    /// The length of the head in bytes; the slices follow.
    pub bytes: u64,
}

/// Returns true if a file that starts like this is a fat artifact, perhaps a damaged one. 140 bytes are enough.
pub fn is_fat(start: &[u8]) -> bool {
    let introduction = start.get(IMAGE_BYTES..IMAGE_BYTES + 12);
    introduction.is_some_and(|bytes| bytes.starts_with(&MAGIC) && number(&bytes[8..]) == FORMAT)
        && trailer::image(start).is_ok_and(|image| image.bytes == IMAGE_BYTES as u64)
}

impl Head {
    /// Reads a head from the start of a file, of which [`MOST_HEAD_BYTES`] are enough, and the file's length in bytes. Any
    /// bytes may be given. The digest of the head is checked, and every range that it names is within the file.
    ///
    /// # Errors
    ///
    /// Any [`ReadError`].
    pub fn read(start: &[u8], file_bytes: u64) -> Result<Head, ReadError> {
        let image = trailer::image(start)?;
        let mut cursor = Cursor { rest: start, offset: 0 };
        cursor.take(IMAGE_BYTES, "the head")?;
        let introduction = cursor.take(INTRODUCTION_BYTES, "the head")?;
        if image.bytes != IMAGE_BYTES as u64 || !introduction.starts_with(&MAGIC) {
            return Err(ReadError::Magic { offset: image.bytes });
        }
        let found = number(&introduction[8..12]);
        if found != FORMAT {
            return Err(ReadError::Format { found, offset: IMAGE_BYTES as u64 + 8 });
        }
        let index_offset = cursor.offset;
        let index_bytes = number(&introduction[12..16]) as usize;
        let most = MOST_HEAD_BYTES - IMAGE_BYTES - INTRODUCTION_BYTES - DIGEST_BYTES;
        if index_bytes > most {
            return Err(ReadError::LongIndex { bytes: index_bytes as u64, most: most as u64 });
        }
        let encoded = cursor.take(index_bytes, "the index")?;
        let digest_offset = cursor.offset;
        let digest = cursor.take(DIGEST_BYTES, "the digest")?;
        // It was taken from these bytes, so the offset is within them.
        if blake3::hash(&start[..digest_offset as usize]) != *digest.first_chunk().expect("it has 32 bytes") {
            return Err(ReadError::Digest { offset: digest_offset });
        }
        let index = Index::decode(encoded, index_offset, cursor.offset)?;
        if index.kind != image.kind {
            return Err(ReadError::Kind { image: image.kind, manifest: index.kind });
        }
        let part_end = index.end();
        if part_end > file_bytes {
            return Err(ReadError::Truncated { part: "the slices", part_end, file_bytes });
        }
        let digest = digest.try_into().expect("32 bytes were taken");
        Ok(Head { index, digest, bytes: cursor.offset })
    }

    /// Reads the encoded signatures from the bytes behind the last slice, at [`Index::end`]. Any bytes may be given.
    ///
    /// # Errors
    ///
    /// If they end too early or too late.
    pub fn signatures(&self, behind: &[u8]) -> Result<Vec<u8>, ReadError> {
        let mut cursor = Cursor { rest: behind, offset: self.index.end() };
        let length = number(cursor.take(SIGNATURES_LENGTH_BYTES, "the signatures' length")?);
        let signatures = cursor.take(length as usize, "the signatures")?;
        match cursor.rest.len() as u64 {
            0 => Ok(signatures.to_vec()),
            excess => Err(ReadError::Excess { offset: cursor.offset, excess }),
        }
    }
}
