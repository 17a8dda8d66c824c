//! The end of a guest, its signals, and giving way to others.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::{Error, Exit, Result};
use crate::memory::Memory;

/// The number of signals.
const SIGNALS: usize = 31;

pub(crate) fn proc_exit(_: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    Err(Error::Exit(Exit(args.u32(0).cast_signed())))
}

/// ENOTSUP: a guest has no process that could get a signal.
pub(crate) fn proc_raise(_: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    args.choice(0, SIGNALS)?;
    Err(Errno::NOTSUP.into())
}

pub(crate) fn sched_yield(_: &mut Context, _: &mut Memory<'_>, _: Args<'_>) -> Result<()> {
    std::thread::yield_now();
    Ok(())
}
