//! The attributes of open files.

use crate::args::Args;
use crate::context::Context;
use crate::descriptor::Descriptor;
use crate::errno::Errno;
use crate::error::Result;
use crate::filestat::Filestat;
use crate::memory::Memory;
use crate::time::times;
use cap_primitives::fs::Metadata;
use std::fs::FileTimes;

pub(crate) fn fd_filestat_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    stat(context, args.u32(0))?.write(memory, args.u32(1))
}

/// The attributes of what a descriptor stands for.
pub(crate) fn stat(context: &Context, fd: u32) -> Result<Filestat> {
    let handle = match context.descriptors.get(fd)? {
        Descriptor::Stdin => return Ok(Filestat::of_stream(context.input.is_terminal())),
        Descriptor::Output(output) => return Ok(Filestat::of_stream(output.is_terminal())),
        Descriptor::Directory(directory) => &directory.handle,
        Descriptor::File(file) => &file.handle,
    };
    Filestat::new(&Metadata::from_file(handle)?)
}

pub(crate) fn fd_filestat_set_size(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let file = context.descriptors.file(args.u32(0))?;
    if !file.is_writable {
        return Err(Errno::PERM.into());
    }
    Ok(file.handle.set_len(args.u64(1))?)
}

pub(crate) fn fd_filestat_set_times(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let [accessed, modified] = times(args, 1)?;
    let (handle, is_writable) = match context.descriptors.get(args.u32(0))? {
        Descriptor::Directory(directory) => (&directory.handle, directory.is_writable),
        Descriptor::File(file) => (&file.handle, file.is_writable),
        Descriptor::Stdin | Descriptor::Output(_) => return Err(Errno::BADF.into()),
    };
    if !is_writable {
        return Err(Errno::PERM.into());
    }
    let mut times = FileTimes::new();
    if let Some(accessed) = accessed {
        times = times.set_accessed(accessed);
    }
    if let Some(modified) = modified {
        times = times.set_modified(modified);
    }
    Ok(handle.set_times(times)?)
}
