//! Clocks.

use crate::abi::clock;
use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use crate::time::realtime;
use rustix::time::{ClockId, clock_getres};
use std::time::SystemTime;

/// The error for the clocks of the process and of the thread, as wasmtime-wasi's.
const NO_CLOCK: Errno = Errno::BADF;
/// The nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

pub(crate) fn clock_res_get(_: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let resolution = clock_getres(match args.choice(0, clock::COUNT)? as u32 {
        clock::REALTIME => ClockId::Realtime,
        clock::MONOTONIC => ClockId::Monotonic,
        _ => return Err(NO_CLOCK.into()),
    });
    memory.write_u64(args.u32(1), resolution.tv_sec as u64 * SECOND + resolution.tv_nsec as u64)
}

pub(crate) fn clock_time_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let now = match args.choice(0, clock::COUNT)? as u32 {
        clock::REALTIME => realtime(SystemTime::now())?,
        clock::MONOTONIC => context.start.elapsed().as_nanos() as u64,
        _ => return Err(NO_CLOCK.into()),
    };
    memory.write_u64(args.u32(2), now)
}
