//! The positions of files.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;

/// The place from which an offset counts.
#[derive(Clone, Copy)]
pub(crate) enum Whence {
    Start,
    Position,
    End,
}

/// The places, by preview 1's numbers.
const WHENCES: [Whence; 3] = [Whence::Start, Whence::Position, Whence::End];

pub(crate) fn fd_seek(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    seek(context, memory, args, WHENCES[args.choice(2, WHENCES.len())?])
}

/// Moves a file's position.
pub(crate) fn seek(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
    whence: Whence,
) -> Result<()> {
    let file = context.descriptors.seekable(args.u32(0))?;
    let from = match whence {
        Whence::Start => 0,
        Whence::Position => file.position,
        Whence::End => file.handle.metadata()?.len(),
    };
    file.position = from.checked_add_signed(args.u64(1).cast_signed()).ok_or(Errno::INVAL)?;
    memory.write_u64(args.u32(3), file.position)
}

pub(crate) fn fd_tell(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let position = context.descriptors.seekable(args.u32(0))?.position;
    memory.write_u64(args.u32(1), position)
}
