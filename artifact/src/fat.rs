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

mod choose;
mod const_slices;
mod fits;
mod head;
mod index;
pub(crate) mod index_error;
pub(crate) mod layout;
mod write;

pub use choose::{Chosen, ReadAt, SliceMismatch, choose, slice_mismatches};
pub use const_slices::ConstSlices;
pub use head::{Head, is_fat};
pub use index::{Extent, Index, Slice, preferred_first};
pub use index_error::IndexError;
pub use layout::{FORMAT, MOST_EXTENTS, MOST_HEAD_BYTES, MOST_SLICES};
pub use write::{WriteError, add_signature, write};
