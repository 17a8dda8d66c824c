//! The bytes of an output.

use precompile_cache::{Digest, Entry};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// The bytes of an output, in memory or in a cache.
pub(super) enum Content<'a> {
    Bytes(&'a [u8]),
    Entry(&'a Entry),
}

impl Content<'_> {
    /// Their number.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Entry(entry) => entry.record().blob_bytes(),
        }
    }

    /// The test that a file holds them.
    pub(super) fn is_in(&self, path: &Path) -> bool {
        match self {
            Content::Bytes(bytes) => std::fs::read(path).is_ok_and(|content| content == *bytes),
            Content::Entry(entry) => Digest::of_file(path).is_ok_and(|digest| entry.digest() == Some(digest)),
        }
    }

    /// Writes them to a new file, which can be read, too.
    pub(super) fn fill(&self, file: &mut File) -> io::Result<()> {
        match self {
            Content::Bytes(bytes) => file.write_all(bytes),
            Content::Entry(entry) => entry.deliver(file),
        }
    }

    /// All of them, in memory.
    pub(super) fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Content::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Content::Entry(entry) => entry.read().map(Cow::Owned),
        }
    }
}
