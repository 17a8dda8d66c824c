//! The listings that a guest reads piece by piece.

use super::listing::Listing;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Error, Filetype};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wiggle::{GuestMemory, GuestPtr};

/// The cookie of the first entry.
const FIRST: u64 = 0;
/// The maximum total size of unfinished listings, without the latest.
const KEPT_BYTES: usize = 4 << 20;

/// The listings that a guest has begun to read, the latest last.
///
/// wasmtime-wasi reads a folder again for each piece of its listing, and queries each entry twice. So 8,000 entries
/// take half a minute, and entries are skipped if others are removed meanwhile. Here a folder is read at the first
/// piece, and the listing is kept until the guest has read it.
#[derive(Default)]
pub(super) struct Listings(Vec<Begun>);

struct Begun {
    /// The descriptor through which the guest reads it.
    fd: u32,
    /// The folder's inode: the descriptor may be closed and used again for another folder.
    inode: u64,
    listing: Listing,
}

impl Listings {
    /// Writes the entries from a cookie on into the guest's buffer, and returns the number of bytes.
    pub(super) async fn read(
        &mut self,
        context: &mut WasiP1Ctx,
        memory: &mut GuestMemory<'_>,
        fd: u32,
        buffer: GuestPtr<[u8]>,
        cookie: u64,
        limit_bytes: usize,
    ) -> Result<u32, Error> {
        let stat = context.fd_filestat_get(memory, fd.into()).await?;
        if stat.filetype != Filetype::Directory {
            return Err(Errno::Badf.into());
        }
        let inode = stat.ino;
        let begun = self.0.iter().position(|begun| begun.fd == fd).map(|at| self.0.remove(at));
        let begun = match begun.filter(|begun| begun.inode == inode && cookie != FIRST) {
            Some(begun) => begun,
            None => {
                let listing = Listing::read(context, fd.into(), inode, limit_bytes).await?;
                Begun { fd, inode, listing }
            }
        };
        let piece = begun.listing.piece(cookie, buffer.len());
        let length = piece.len() as u32;
        let written = buffer.get_range(0..length).map(|buffer| memory.copy_from_slice(piece, buffer));
        written.transpose()?;
        // A buffer that isn't full means the end for the guest.
        if length == buffer.len() {
            self.keep(begun);
        }
        Ok(length)
    }

    fn keep(&mut self, latest: Begun) {
        let mut bytes: usize = self.0.iter().map(|begun| begun.listing.bytes()).sum();
        while bytes > KEPT_BYTES {
            bytes -= self.0.remove(0).listing.bytes();
        }
        self.0.push(latest);
    }
}
