//! The attributes of a file.

use crate::abi::filetype;
use crate::error::Result;
use crate::identity::inode;
use crate::memory::{Memory, aligned, element};
use crate::time::realtime;
use cap_primitives::fs::{FileType, FileTypeExt, Metadata, MetadataExt};
use cap_primitives::time::SystemTime;
use std::io;

/// The attributes of a file.
pub(crate) struct Filestat {
    device: u64,
    inode: u64,
    filetype: u8,
    links: u64,
    size: u64,
    accessed: u64,
    modified: u64,
    changed: u64,
}

impl Filestat {
    /// The attributes of a file or folder.
    ///
    /// # Errors
    ///
    /// EOVERFLOW for a time that preview 1 can't say.
    pub(crate) fn new(metadata: &Metadata) -> Result<Filestat> {
        Ok(Filestat {
            device: 1,
            inode: inode(metadata),
            filetype: filetype(metadata.file_type()),
            links: metadata.nlink(),
            size: metadata.len(),
            accessed: time(metadata.accessed())?,
            modified: time(metadata.modified())?,
            // As wasmtime-wasi's.
            changed: time(metadata.created())?,
        })
    }

    /// The attributes of a standard stream: its type alone.
    pub(crate) fn of_stream(is_terminal: bool) -> Filestat {
        let filetype = stream_type(is_terminal);
        Filestat { device: 0, inode: 0, filetype, links: 0, size: 0, accessed: 0, modified: 0, changed: 0 }
    }

    /// Writes the attributes as preview 1 has them.
    pub(crate) fn write(&self, memory: &mut Memory<'_>, at: u32) -> Result<()> {
        self.write_head(memory, at)?;
        memory.write_u64(element(at, 3, 8)?, self.links)?;
        self.write_tail(memory, element(at, 4, 8)?)
    }

    /// Writes the attributes as preview 0 has them: the number of links has 32 bits, in the gap after the type.
    pub(crate) fn write_old(&self, memory: &mut Memory<'_>, at: u32) -> Result<()> {
        self.write_head(memory, at)?;
        memory.write_u32(element(at, 5, 4)?, self.links.try_into().unwrap_or(u32::MAX))?;
        self.write_tail(memory, element(at, 3, 8)?)
    }

    fn write_head(&self, memory: &mut Memory<'_>, at: u32) -> Result<()> {
        aligned(at, 8)?;
        memory.write(at, &self.device.to_le_bytes())?;
        memory.write_u64(element(at, 1, 8)?, self.inode)?;
        memory.write(element(at, 2, 8)?, &[self.filetype])
    }

    fn write_tail(&self, memory: &mut Memory<'_>, at: u32) -> Result<()> {
        for (number, field) in (0..).zip([self.size, self.accessed, self.modified, self.changed]) {
            memory.write_u64(element(at, number, 8)?, field)?;
        }
        Ok(())
    }
}

/// A time in nanoseconds since 1970, or 0 if the file system has none.
fn time(time: io::Result<SystemTime>) -> Result<u64> {
    time.map_or(Ok(0), |time| realtime(time.into_std()))
}

/// The type of a file. Preview 1 has no pipes, and no sockets without their kind.
pub(crate) fn filetype(of: FileType) -> u8 {
    if of.is_dir() {
        filetype::DIRECTORY
    } else if of.is_symlink() {
        filetype::SYMBOLIC_LINK
    } else if of.is_file() {
        filetype::REGULAR_FILE
    } else if of.is_block_device() {
        filetype::BLOCK_DEVICE
    } else if of.is_char_device() {
        filetype::CHARACTER_DEVICE
    } else {
        filetype::UNKNOWN
    }
}

/// The type of a standard stream.
pub(crate) fn stream_type(is_terminal: bool) -> u8 {
    if is_terminal { filetype::CHARACTER_DEVICE } else { filetype::UNKNOWN }
}
