//! The arguments and the environment of a guest.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::{Memory, element};

pub(crate) fn args_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let strings = context.arguments.iter().map(|argument| [&argument[..], b"", b""]);
    get(strings, memory, args)
}

pub(crate) fn args_sizes_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let lengths = context.arguments.iter().map(Vec::len);
    sizes_get(lengths, memory, args)
}

pub(crate) fn environ_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let strings = context.environment.iter().map(|(name, value)| [&name[..], b"=", value]);
    get(strings, memory, args)
}

pub(crate) fn environ_sizes_get(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let lengths = context.environment.iter().map(|(name, value)| name.len() + 1 + value.len());
    sizes_get(lengths, memory, args)
}

/// Writes strings, each of three parts and with a zero at its end, and an array of pointers to them.
fn get<'a>(
    strings: impl Iterator<Item = [&'a [u8]; 3]>,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let (pointers, mut next) = (args.u32(0), args.u32(1));
    for (number, parts) in (0..).zip(strings) {
        memory.write_u32(element(pointers, number, 4)?, next)?;
        for part in parts.into_iter().chain([&b"\0"[..]]) {
            memory.write(next, part)?;
            next = element(next, part.len() as u32, 1)?;
        }
    }
    Ok(())
}

/// Writes the number of strings, and their total length with a zero at the end of each.
fn sizes_get(
    lengths: impl ExactSizeIterator<Item = usize>,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let count = u32::try_from(lengths.len()).map_err(|_| Errno::OVERFLOW)?;
    let bytes = lengths.map(|length| length + 1).sum::<usize>();
    let bytes = u32::try_from(bytes).map_err(|_| Errno::OVERFLOW)?;
    memory.write_u32(args.u32(1), bytes)?;
    memory.write_u32(args.u32(0), count)
}
