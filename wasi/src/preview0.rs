//! The functions of preview 0 that differ from those of preview 1.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::fd::{self, Whence, seek};
use crate::memory::Memory;
use crate::path;
use crate::poll::{Layout, poll};

/// The places from which an offset counts, by preview 0's numbers.
const WHENCES: [Whence; 3] = [Whence::Position, Whence::End, Whence::Start];

/// A subscription of preview 0: a clock begins with an identifier, which has no effect.
const SUBSCRIPTION: Layout = Layout { bytes: 56, clock: 24 };

pub(crate) fn fd_seek(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let whence = WHENCES.get(args.u32(2) as usize).copied().ok_or(Errno::INVAL)?;
    seek(context, memory, args, whence)
}

pub(crate) fn fd_filestat_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    fd::stat(context, args.u32(0))?.write_old(memory, args.u32(1))
}

pub(crate) fn path_filestat_get(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    path::stat(context, memory, args)?.write_old(memory, args.u32(4))
}

pub(crate) fn poll_oneoff(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    poll(context, memory, args, SUBSCRIPTION)
}
