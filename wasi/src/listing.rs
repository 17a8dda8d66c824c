//! The entries of a folder, encoded for `fd_readdir`.

use crate::abi::filetype;
use crate::errno::Errno;
use crate::error::Result;
use crate::filestat::filetype as type_of;
use crate::identity::inode;
use cap_primitives::fs::{Metadata, read_base_dir};
use std::fs::File;
use std::io::ErrorKind;

/// The entries of a folder, encoded one after the other.
pub(crate) struct Listing {
    encoded: Vec<u8>,
    /// The start of each entry. The cookie of an entry is its index here.
    starts: Vec<usize>,
}

impl Listing {
    /// Reads a folder, with this inode.
    ///
    /// Entries whose name isn't UTF-8 are left out, because WASI has no name for them. So are entries that are removed
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// ENOMEM if the listing takes more than `max_bytes`, and the system's errors.
    pub(crate) fn read(folder: &File, own_inode: u64, max_bytes: usize) -> Result<Listing> {
        let mut listing = Listing { encoded: Vec::new(), starts: Vec::new() };
        for name in [".", ".."] {
            listing.push(own_inode, filetype::DIRECTORY, name);
        }
        for entry in read_base_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let metadata: Metadata = match entry.metadata() {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                metadata => metadata?,
            };
            listing.push(inode(&metadata), type_of(metadata.file_type()), &name);
            if listing.bytes() > max_bytes {
                return Err(Errno::NOMEM.into());
            }
        }
        Ok(listing)
    }

    /// The length of all entries, encoded.
    pub(crate) fn bytes(&self) -> usize {
        self.encoded.len()
    }

    /// A piece of the entries from a cookie's entry on: `length` bytes, or fewer at the end.
    pub(crate) fn piece(&self, cookie: u64, length: u32) -> &[u8] {
        let start = usize::try_from(cookie).ok().and_then(|cookie| self.starts.get(cookie));
        let rest = start.map_or(&[][..], |start| &self.encoded[*start..]);
        &rest[..rest.len().min(length as usize)]
    }

    /// Appends an entry: preview 1's `dirent`, and the name.
    fn push(&mut self, inode: u64, filetype: u8, name: &str) {
        self.starts.push(self.encoded.len());
        let next = self.starts.len() as u64;
        self.encoded.extend(next.to_le_bytes());
        self.encoded.extend(inode.to_le_bytes());
        // Names have at most 255 bytes on common operating systems.
        self.encoded.extend((name.len() as u32).to_le_bytes());
        self.encoded.extend(u32::from(filetype).to_le_bytes());
        self.encoded.extend(name.as_bytes());
    }
}
