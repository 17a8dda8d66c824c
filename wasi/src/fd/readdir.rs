//! Reading folders.

use crate::args::Args;
use crate::context::Context;
use crate::error::Result;
use crate::identity::inode;
use crate::listing::Listing;
use crate::listings::Begun;
use crate::memory::Memory;
use cap_primitives::fs::Metadata;

pub(crate) fn fd_readdir(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (fd, buffer, room, cookie) = (args.u32(0), args.u32(1), args.u32(2), args.u64(3));
    let directory = context.descriptors.directory(fd)?;
    let inode = inode(&Metadata::from_file(&directory.handle)?);
    let begun = match context.listings.take(fd, inode, cookie) {
        Some(begun) => begun,
        None => {
            let listing = Listing::read(&directory.handle, inode, context.max_listing_bytes)?;
            Begun { fd, inode, listing }
        }
    };
    let piece = begun.listing.piece(cookie, room);
    let length = piece.len() as u32;
    memory.write(buffer, piece)?;
    // A buffer that isn't full means the end for the guest.
    if length == room {
        context.listings.keep(begun);
    }
    memory.write_u32(args.u32(4), length)
}
