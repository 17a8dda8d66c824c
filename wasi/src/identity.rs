//! The identity of a file, as a guest sees it.

use cap_primitives::fs::{Metadata, MetadataExt};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The number of a file's inode for guests: a hash of its device and inode, as wasmtime-wasi's, because all of a guest's
/// files are on the same device.
pub(crate) fn inode(metadata: &Metadata) -> u64 {
    let mut hasher = DefaultHasher::new();
    (metadata.dev(), metadata.ino()).hash(&mut hasher);
    hasher.finish()
}
