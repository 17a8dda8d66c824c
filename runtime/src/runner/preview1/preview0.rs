//! WASI preview 0, `wasi_unstable`: preview 1, but for four functions.
//!
//! wasmtime-wasi has a second implementation of preview 0, which would make the runner larger by a seventh.

use super::host_call::{Guest, answer, at_once, polls, wait};
use super::state::Preview1;
use crate::state::State;
use precompile_runtime::wasmtime::{self, Linker};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Error, Filestat, Lookupflags, Whence};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wiggle::{GuestMemory, GuestPtr};

/// The module from which guests import preview 0.
pub(super) const MODULE: &str = "wasi_unstable";

/// The size of a subscription in preview 1.
const SUBSCRIPTION_BYTES: usize = 48;
const EVENT_BYTES: usize = 32;
/// The size of a subscription in preview 0, where a clock starts with an identifier.
const OLD_SUBSCRIPTION_BYTES: usize = SUBSCRIPTION_BYTES + IDENTIFIER_BYTES;
const IDENTIFIER_BYTES: usize = 8;
/// The common head of subscriptions, the offset of the kind in it, and the kind of a clock.
const HEAD_BYTES: usize = 16;
const KIND: usize = 8;
const CLOCK: u8 = 0;

/// Replaces the four functions in a linker that has preview 1 under this module's name.
pub(super) fn add_to_linker(linker: &mut Linker<State<Preview1>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_seek",
        |mut guest: Guest<'_>, fd: i32, offset: i64, whence: i32, position: i32| {
            answer(&mut guest, &mut |world, memory, _| {
                // The order differs from preview 1.
                let whence = [Whence::Cur, Whence::End, Whence::Set].get(whence as usize).copied();
                let whence = whence.ok_or(Errno::Inval)?;
                let sought = at_once(world.context.fd_seek(memory, (fd as u32).into(), offset, whence))?;
                Ok(memory.write(GuestPtr::new(position as u32), sought)?)
            })
        },
    )?;
    linker.func_wrap(MODULE, "fd_filestat_get", |mut guest: Guest<'_>, fd: i32, stat: i32| {
        answer(&mut guest, &mut |world, memory, _| {
            let found = at_once(world.context.fd_filestat_get(memory, (fd as u32).into()))?;
            write(memory, stat as u32, &found)
        })
    })?;
    linker.func_wrap(
        MODULE,
        "path_filestat_get",
        |mut guest: Guest<'_>, fd: i32, flags: i32, path: i32, length: i32, stat: i32| {
            answer(&mut guest, &mut |world, memory, _| {
                let flags = Lookupflags::try_from(flags as u32)?;
                let (fd, path) = ((fd as u32).into(), GuestPtr::new((path as u32, length as u32)));
                let found = at_once(world.context.path_filestat_get(memory, fd, flags, path))?;
                write(memory, stat as u32, &found)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "poll_oneoff",
        |mut guest: Guest<'_>, subscriptions: i32, events: i32, count: i32, ready: i32| {
            answer(&mut guest, &mut |world, memory, fuel| {
                let polled = (subscriptions as u32, events as u32, count as u32);
                let found = poll(&mut world.context, memory, polled, polls(fuel))?;
                Ok(memory.write(GuestPtr::new(ready as u32), found)?)
            })
        },
    )?;
    Ok(())
}

/// Writes a file's attributes. The number of links has fewer bits than in preview 1.
fn write(memory: &mut GuestMemory<'_>, at: u32, stat: &Filestat) -> Result<(), Error> {
    let links = u32::try_from(stat.nlink).unwrap_or(u32::MAX);
    let wide = [stat.dev, stat.ino, stat.filetype as u64 | u64::from(links) << 32];
    let wide = wide.into_iter().chain([stat.size, stat.atim, stat.mtim, stat.ctim]);
    for (field, value) in wide.enumerate() {
        memory.write(GuestPtr::new(at).add(field as u32)?, value)?;
    }
    Ok(())
}

/// Polls the guest's subscriptions, converted to preview 1.
fn poll(
    context: &mut WasiP1Ctx,
    memory: &mut GuestMemory<'_>,
    (subscriptions, events, count): (u32, u32, u32),
    fuel: usize,
) -> Result<u32, Error> {
    let length = count as usize;
    // The same limit as wasmtime-wasi's, before anything is copied.
    if length > fuel / (SUBSCRIPTION_BYTES + EVENT_BYTES) {
        return Err(Errno::Nomem.into());
    }
    let described = GuestPtr::<[u8]>::new((subscriptions, count * OLD_SUBSCRIPTION_BYTES as u32));
    let described = memory.as_cow(described)?;
    let mut copy = vec![0; length * (SUBSCRIPTION_BYTES + EVENT_BYTES) + align_of::<u64>()];
    let start = copy.as_ptr().align_offset(align_of::<u64>());
    let (olds, news) =
        (described.chunks_exact(OLD_SUBSCRIPTION_BYTES), copy[start..].chunks_exact_mut(SUBSCRIPTION_BYTES));
    for (old, new) in olds.zip(news) {
        let skipped = if old[KIND] == CLOCK { IDENTIFIER_BYTES } else { 0 };
        let content = HEAD_BYTES + skipped;
        new[..HEAD_BYTES].copy_from_slice(&old[..HEAD_BYTES]);
        new[HEAD_BYTES..].copy_from_slice(&old[content..content + SUBSCRIPTION_BYTES - HEAD_BYTES]);
    }
    let happened = start + length * SUBSCRIPTION_BYTES;
    let (from, to) = (GuestPtr::new(start as u32), GuestPtr::new(happened as u32));
    context.set_hostcall_fuel(fuel);
    let found = wait(context.poll_oneoff(&mut GuestMemory::Unshared(&mut copy), from, to, count))?;
    let bytes = found * EVENT_BYTES as u32;
    memory.copy_from_slice(&copy[happened..][..bytes as usize], GuestPtr::<[u8]>::new((events, bytes)))?;
    Ok(found)
}
