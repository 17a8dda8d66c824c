//! Opening.

use crate::abi::{fdflags, oflags, rights};
use crate::args::Args;
use crate::context::Context;
use crate::descriptor::{Descriptor, Directory, OpenFile};
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use cap_fs_ext::OpenOptionsFollowExt;
use cap_primitives::fs::{FollowSymlinks, Metadata, OpenOptions, open};

/// The flags of a descriptor whose writes wait for the disk, which cap-primitives can't set.
const SYNCHRONOUS: u16 = fdflags::DSYNC | fdflags::RSYNC | fdflags::SYNC;

pub(crate) fn path_open(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let follow = if args.follows(1)? { FollowSymlinks::Yes } else { FollowSymlinks::No };
    let how = args.flags(4, oflags::ALL)?;
    let base = args.rights(5)?;
    args.rights(6)?;
    let flags = args.flags(7, fdflags::ALL)?;
    let path = memory.path(args.u32(2), args.u32(3))?;
    let directory = match context.descriptors.get(args.u32(0))? {
        Descriptor::Directory(directory) => directory,
        Descriptor::File(_) => return Err(Errno::NOTDIR.into()),
        Descriptor::Stdin | Descriptor::Output(_) => return Err(Errno::BADF.into()),
    };
    if flags & SYNCHRONOUS != 0 {
        return Err(Errno::NOTSUP.into());
    }
    let [creates, is_directory, is_new, truncates] =
        [oflags::CREAT, oflags::DIRECTORY, oflags::EXCL, oflags::TRUNC].map(|flag| how & flag != 0);
    if is_directory && (creates || is_new || truncates) {
        return Err(Errno::INVAL.into());
    }
    let may_write = base & rights::FD_WRITE != 0;
    let is_written = may_write || creates || truncates;
    if is_written && !directory.is_writable {
        return Err(Errno::PERM.into());
    }
    // Something must be asked for.
    let is_read = base & rights::FD_READ != 0 || !may_write;
    let mut options = OpenOptions::new();
    options.follow(follow).read(is_read).write(is_written).truncate(truncates);
    options.create(creates && !is_new).create_new(creates && is_new);
    let handle = open(&directory.handle, path.as_ref(), &options)?;
    let is_writable = directory.is_writable;
    let descriptor = match Metadata::from_file(&handle)?.is_dir() {
        true => Descriptor::Directory(Directory { handle, is_writable, is_read, preopened: None }),
        false if is_directory => return Err(Errno::NOTDIR.into()),
        false => Descriptor::File(OpenFile {
            handle,
            is_writable,
            is_read,
            is_written,
            position: 0,
            appends: flags & fdflags::APPEND != 0,
            is_nonblocking: flags & fdflags::NONBLOCK != 0,
        }),
    };
    let number = context.descriptors.add(descriptor)?;
    memory.write_u32(args.u32(8), number)
}
