//! Reading.

use crate::args::Args;
use crate::context::Context;
use crate::descriptor::Descriptor;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use std::os::unix::fs::FileExt;

pub(crate) fn fd_read(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (offset, length) = memory.first_buffer(args.u32(1), args.u32(2))?;
    let read = match context.descriptors.get_mut(args.u32(0))? {
        Descriptor::File(file) => {
            let read =
                memory.fill(offset, length, &mut |to| Ok(file.handle.read_at(to, file.position)?))?;
            file.position = file.position.checked_add(read.into()).ok_or(Errno::OVERFLOW)?;
            read
        }
        Descriptor::Stdin => memory.fill(offset, length, &mut |to| context.input.read(to))?,
        Descriptor::Output(_) | Descriptor::Directory(_) => return Err(Errno::BADF.into()),
    };
    memory.write_u32(args.u32(3), read)
}

pub(crate) fn fd_pread(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (offset, length) = memory.first_buffer(args.u32(1), args.u32(2))?;
    let file = match context.descriptors.get(args.u32(0))? {
        Descriptor::File(file) => file,
        Descriptor::Stdin => return Err(Errno::SPIPE.into()),
        Descriptor::Output(_) | Descriptor::Directory(_) => return Err(Errno::BADF.into()),
    };
    let read = memory.fill(offset, length, &mut |to| Ok(file.handle.read_at(to, args.u64(3))?))?;
    memory.write_u32(args.u32(4), read)
}
