//! The listings that a guest reads piece by piece.

use crate::listing::Listing;

/// The cookie of the first entry.
const FIRST: u64 = 0;
/// The maximum total size of unfinished listings, without the latest.
const KEPT_BYTES: usize = 4 << 20;

/// The listings that a guest has begun to read, the latest last.
///
/// A folder is read at the first piece, and its listing kept until the guest has read it. Read again for each piece, a
/// large folder would take time in proportion to its square, and entries would be skipped if others are removed
/// meanwhile.
#[derive(Default)]
pub(crate) struct Listings(Vec<Begun>);

/// A listing that a guest has begun to read.
pub(crate) struct Begun {
    /// The descriptor through which the guest reads it.
    pub(crate) fd: u32,
    /// The folder's inode: the descriptor may be closed and used again for another folder.
    pub(crate) inode: u64,
    pub(crate) listing: Listing,
}

impl Listings {
    /// Takes the listing that was begun with a descriptor, if the cookie isn't that of the first entry.
    pub(crate) fn take(&mut self, fd: u32, inode: u64, cookie: u64) -> Option<Begun> {
        let begun = self.0.iter().position(|begun| begun.fd == fd).map(|at| self.0.remove(at))?;
        (begun.inode == inode && cookie != FIRST).then_some(begun)
    }

    /// Keeps a listing for the next piece.
    pub(crate) fn keep(&mut self, latest: Begun) {
        let mut bytes: usize = self.0.iter().map(|begun| begun.listing.bytes()).sum();
        while bytes > KEPT_BYTES {
            bytes -= self.0.remove(0).listing.bytes();
        }
        self.0.push(latest);
    }
}
