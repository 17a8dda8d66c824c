//! Hashing of large inputs by several threads.
//!
//! An input is cut into parts, of which each thread takes the next that nobody has. An input of one part is done by the
//! caller's thread, and so is a larger one where no thread can be started.

#![forbid(unsafe_code)]

mod hash;
mod parts;

pub use hash::hash;
#[cfg(unix)]
pub use hash::hash_file;
pub use parts::{BUFFER_BYTES, PART_BYTES};
