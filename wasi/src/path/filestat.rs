//! The attributes of files at paths.

use crate::args::Args;
use crate::context::Context;
use crate::error::Result;
use crate::filestat::Filestat;
use crate::memory::Memory;
use crate::time::times;
use cap_primitives::fs::{self, FollowSymlinks, SystemTimeSpec, set_times, set_times_nofollow};
use cap_primitives::time::SystemTime;

pub(crate) fn path_filestat_get(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    stat(context, memory, args)?.write(memory, args.u32(4))
}

/// The attributes of the file that the parameters name.
pub(crate) fn stat(context: &Context, memory: &Memory<'_>, args: Args<'_>) -> Result<Filestat> {
    let follow = if args.follows(1)? { FollowSymlinks::Yes } else { FollowSymlinks::No };
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(2), args.u32(3))?;
    Filestat::new(&fs::stat(&directory.handle, path.as_ref(), follow)?)
}

pub(crate) fn path_filestat_set_times(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let follows = args.follows(1)?;
    let times = times(args, 4)?;
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(2), args.u32(3))?;
    let set = if follows { set_times } else { set_times_nofollow };
    let [accessed, modified] =
        times.map(|time| time.map(|time| SystemTimeSpec::Absolute(SystemTime::from_std(time))));
    Ok(set(directory.writable()?, path.as_ref(), accessed, modified)?)
}
