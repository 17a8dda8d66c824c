//! Closing descriptors, and giving them other numbers.

use crate::args::Args;
use crate::context::Context;
use crate::error::Result;
use crate::memory::Memory;

pub(crate) fn fd_close(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    Ok(context.descriptors.close(args.u32(0))?)
}

pub(crate) fn fd_renumber(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    Ok(context.descriptors.renumber(args.u32(0), args.u32(1))?)
}
