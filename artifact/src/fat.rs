//! Fat artifacts: several artifacts of one WebAssembly binary, for different hosts, in one file.
//!
//! Each of them is a slice: an artifact as it is without the others. A host runs the one that fits it best, and reads no
//! other. The file begins with a head, whose numbers are little-endian:
//!
//! | bytes | content                                                                |
//! |-------|------------------------------------------------------------------------|
//! | 128   | an ELF image of wasmtime's kind without any content: header, one section |
//! | 8     | magic, that of a [trailer](crate::trailer::MAGIC)                      |
//! | 4     | format version, [`FORMAT`]                                             |
//! | 4     | length of the index in bytes                                           |
//! | …     | the [`Index`], in postcard encoding                                    |
//! | 32    | BLAKE3 of everything before it                                         |
//!
//! So a reader that knows no fat artifacts finds a trailer of a newer format, and says so. The slices follow, each at a
//! page of its own machine, with zeros before it. Behind the last one:
//!
//! | bytes | content                                                  |
//! |-------|----------------------------------------------------------|
//! | 4     | length of the signatures in bytes, 0 if there are none   |
//! | …     | signatures of the head's digest                          |
//!
//! The index holds the digest of each slice, so one signature covers them all.
//!
//! A slice is stored as extents: ranges of the file, one after the other. Slices that hold the same data segments may
//! share the extent with them.
//!
//! The reader trusts nothing. Its time and memory are bounded by [`MOST_SLICES`] and [`MOST_HEAD_BYTES`], whatever a file
//! says.

mod const_slices;
mod fits;
mod head;
mod index;
mod write;

pub use const_slices::ConstSlices;
pub use head::{Head, is_fat};
pub use index::{Extent, Index, IndexError, Slice, preferred_first};
pub use write::{WriteError, add_signature, write};

/// The format version of fat artifacts. Those of [artifacts](crate::trailer::FORMAT) count beside it.
pub const FORMAT: u32 = 3;
/// The most slices of a fat artifact.
pub const MOST_SLICES: usize = 128;
/// The most extents of a slice.
pub const MOST_EXTENTS: usize = 8;
/// The most bytes of a head, with its index.
pub const MOST_HEAD_BYTES: usize = 64 << 10;

/// The length in bytes of the image without content.
const IMAGE_BYTES: usize = 128;
/// The length in bytes of magic, format and length of the index.
const INTRODUCTION_BYTES: usize = 16;
const DIGEST_BYTES: usize = 32;
const SIGNATURES_LENGTH_BYTES: usize = 4;
