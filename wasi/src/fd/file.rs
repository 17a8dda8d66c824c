//! Functions on files that leave their content alone.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use rustix::fs::Advice;
#[cfg(target_os = "linux")]
use std::num::NonZero;

/// The advices, by preview 1's numbers.
const ADVICES: [Advice; 6] =
    [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse];

pub(crate) fn fd_advise(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let advice = ADVICES[args.choice(3, ADVICES.len())?];
    let file = context.descriptors.file(args.u32(0))?;
    // Elsewhere an advice is taken, and has no effect.
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file.handle, args.u64(1), NonZero::new(args.u64(2)), advice)?;
    #[cfg(not(target_os = "linux"))]
    let _ = (file, advice);
    Ok(())
}

/// ENOTSUP for every file, as wasmtime-wasi's: not every file system can reserve space.
pub(crate) fn fd_allocate(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    context.descriptors.file(args.u32(0))?;
    Err(Errno::NOTSUP.into())
}

pub(crate) fn fd_datasync(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    Ok(context.descriptors.file(args.u32(0))?.handle.sync_data()?)
}

pub(crate) fn fd_sync(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    Ok(context.descriptors.file(args.u32(0))?.handle.sync_all()?)
}
