//! The lengths and the limits of a fat artifact's parts.

/// The format version of fat artifacts. Those of [artifacts](crate::trailer::FORMAT) count beside it.
pub const FORMAT: u32 = 3;
/// The most slices of a fat artifact.
pub const MOST_SLICES: usize = 128;
/// The most extents of a slice.
pub const MOST_EXTENTS: usize = 8;
/// The most bytes of a head, with its index.
pub const MOST_HEAD_BYTES: usize = 64 << 10;

/// The length in bytes of the image without content.
pub(super) const IMAGE_BYTES: usize = 128;
/// The length in bytes of magic, format and length of the index.
pub(super) const INTRODUCTION_BYTES: usize = 16;
pub(super) const DIGEST_BYTES: usize = 32;
pub(super) const SIGNATURES_LENGTH_BYTES: usize = 4;
/// The most bytes of trailers that are read for a choice, all together: more than those of any fat artifact. A sparse file
/// may say that it has any number.
pub(super) const MOST_TRAILERS_BYTES: u64 = 64 << 20;
