//! Random bytes.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;

pub(crate) fn random_get(_: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let filled = memory.fill(args.u32(0), args.u32(1), &mut |bytes| {
        getrandom::fill(bytes).map_err(|_| Errno::IO)?;
        Ok(bytes.len())
    });
    filled.map(drop)
}
