//! The folders that a guest has from the beginning.

use crate::args::Args;
use crate::context::Context;
use crate::descriptor::{Descriptor, Directory};
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::{Memory, aligned, element};

/// The kind of what is preopened: a folder.
const DIRECTORY: u8 = 0;

pub(crate) fn fd_prestat_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let path = path(context, args.u32(0))?.ok_or(Errno::BADF)?;
    let length = u32::try_from(path.len()).map_err(|_| Errno::OVERFLOW)?;
    let at = args.u32(1);
    aligned(at, 4)?;
    memory.write(at, &[DIRECTORY])?;
    memory.write_u32(element(at, 1, 4)?, length)
}

pub(crate) fn fd_prestat_dir_name(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let path = path(context, args.u32(0))?.ok_or(Errno::NOTDIR)?;
    if path.len() > args.u32(2) as usize {
        return Err(Errno::NAMETOOLONG.into());
    }
    memory.write(args.u32(1), path.as_bytes())
}

/// The guest's path of a folder, if it has the folder from the beginning.
fn path(context: &Context, fd: u32) -> Result<Option<&str>> {
    Ok(match context.descriptors.get(fd)? {
        Descriptor::Directory(Directory { preopened: Some(path), .. }) => Some(path),
        _ => None,
    })
}
