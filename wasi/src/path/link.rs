//! Links.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use cap_primitives::fs::{hard_link, read_link, symlink};

pub(crate) fn path_link(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let follows = args.follows(1)?;
    let from = context.descriptors.directory(args.u32(0))?;
    let to = context.descriptors.directory(args.u32(4))?;
    let old = memory.path(args.u32(2), args.u32(3))?;
    let new = memory.path(args.u32(5), args.u32(6))?;
    if !from.is_writable || !to.is_writable {
        return Err(Errno::PERM.into());
    }
    if follows {
        return Err(Errno::INVAL.into());
    }
    Ok(hard_link(&from.handle, old.as_ref(), &to.handle, new.as_ref())?)
}

pub(crate) fn path_symlink(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let directory = context.descriptors.directory(args.u32(2))?;
    let target = memory.path(args.u32(0), args.u32(1))?;
    let path = memory.path(args.u32(3), args.u32(4))?;
    Ok(symlink(target.as_ref(), directory.writable()?, path.as_ref())?)
}

pub(crate) fn path_readlink(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(1), args.u32(2))?;
    let target = read_link(&directory.handle, path.as_ref())?.into_os_string();
    let target = target.into_string().map_err(|_| Errno::ILSEQ)?;
    let piece = &target.as_bytes()[..target.len().min(args.u32(4) as usize)];
    memory.write(args.u32(3), piece)?;
    memory.write_u32(args.u32(5), piece.len() as u32)
}
