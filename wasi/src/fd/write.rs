//! Writing.

use crate::args::Args;
use crate::context::Context;
use crate::descriptor::{Descriptor, OpenFile};
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use std::fs::File;
use std::os::unix::fs::FileExt;

pub(crate) fn fd_write(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (offset, length) = memory.first_buffer(args.u32(1), args.u32(2))?;
    let written = match context.descriptors.get_mut(args.u32(0))? {
        Descriptor::File(file) => {
            let written = write(file, &memory.bytes(offset, length)?, file.position)?;
            file.position = match file.appends {
                true => file.handle.metadata()?.len(),
                false => file.position.checked_add(written.into()).ok_or(Errno::OVERFLOW)?,
            };
            written
        }
        Descriptor::Output(output) => {
            output.write(&memory.bytes(offset, length)?)?;
            length
        }
        Descriptor::Stdin | Descriptor::Directory(_) => return Err(Errno::BADF.into()),
    };
    memory.write_u32(args.u32(3), written)
}

pub(crate) fn fd_pwrite(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (offset, length) = memory.first_buffer(args.u32(1), args.u32(2))?;
    let written = match context.descriptors.get(args.u32(0))? {
        Descriptor::File(file) => write(file, &memory.bytes(offset, length)?, args.u64(3))?,
        Descriptor::Output(_) => return Err(Errno::SPIPE.into()),
        Descriptor::Stdin | Descriptor::Directory(_) => return Err(Errno::BADF.into()),
    };
    memory.write_u32(args.u32(4), written)
}

/// Writes to a file at an offset, or at its end if it appends, as Linux does. Returns the number of bytes.
fn write(file: &OpenFile, bytes: &[u8], offset: u64) -> Result<u32> {
    let written =
        if file.appends { append(&file.handle, bytes)? } else { file.handle.write_at(bytes, offset)? };
    Ok(written as u32)
}

/// Writes at the end of a file, wherever the descriptor is.
fn append(file: &File, bytes: &[u8]) -> Result<usize> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    #[cfg(target_os = "linux")]
    {
        use rustix::io::{Errno as System, ReadWriteFlags, pwritev2};
        match pwritev2(file, &[std::io::IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND) {
            Err(System::NOSYS | System::NOTSUP) => {}
            written => return Ok(written?),
        }
    }
    // The descriptor is this guest's alone.
    let flags = fcntl_getfl(file)?;
    fcntl_setfl(file, flags | OFlags::APPEND)?;
    let written = rustix::io::write(file, bytes);
    fcntl_setfl(file, flags)?;
    Ok(written?)
}
