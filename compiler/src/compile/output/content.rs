//! The bytes of an output.

use precompile_cache::{Digest, Entry, bounded, open_regular};
use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

/// The bytes of an output, in memory or in a cache.
pub(super) enum Content<'a> {
    Bytes(&'a [u8]),
    Entry(&'a Entry),
}

impl Content<'_> {
    /// The number of bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Entry(entry) => entry.record().blob_bytes(),
        }
    }

    /// The test that a file holds the bytes. The file is read only if `is_trusted` returns `true`.
    pub(super) fn is_in(&self, path: &Path, is_trusted: impl FnOnce(&Metadata) -> bool) -> bool {
        let is_in = || -> io::Result<bool> {
            let file = open_regular(path, false, false)?;
            let there = file.metadata()?;
            if there.len() != self.bytes() || !is_trusted(&there) {
                return Ok(false);
            }
            match self {
                Content::Bytes(bytes) => {
                    let mut content = Vec::new();
                    bounded(file)?.0.read_to_end(&mut content)?;
                    Ok(content == *bytes)
                }
                Content::Entry(entry) => Ok(entry.digest() == Some(Digest::of_open_file(&file)?)),
            }
        };
        is_in().unwrap_or(false)
    }

    /// Writes the bytes to a new file, which is also readable.
    pub(super) fn fill(&self, file: &mut File) -> io::Result<()> {
        match self {
            Content::Bytes(bytes) => file.write_all(bytes),
            Content::Entry(entry) => entry.deliver(file),
        }
    }

    /// All bytes, in memory.
    pub(super) fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Content::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Content::Entry(entry) => entry.read().map(Cow::Owned),
        }
    }
}
