//! WASI preview 1, and preview 0 before it, for modules.
//!
//! wasmtime-wasi has nearly all of it. What is replaced here is so for a reason that stands beside it.

mod functions;
mod host_call;
mod listing;
mod listings;
mod preview0;
mod state;

use crate::state::State;
pub(crate) use functions::FUNCTIONS;
use host_call::{Guest, answer, at_once, polls, wait};
use precompile_runtime::wasmtime::{self, Linker};
pub(crate) use state::Preview1;
use std::io;
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p2::StreamError;
use wiggle::GuestPtr;

/// The module from which guests import preview 1.
const MODULE: &str = "wasi_snapshot_preview1";
/// The modules from which guests import either.
pub(crate) const MODULES: [&str; 2] = [MODULE, preview0::MODULE];

/// Offers both. The functions' parameters are typed as wasmtime-wasi's, so that the code for a signature stands once.
pub(crate) fn add_to_linker(linker: &mut Linker<State<Preview1>>) -> wasmtime::Result<()> {
    p1::add_to_linker_sync(linker, |state| &mut state.world.context)?;
    linker.allow_shadowing(true);
    // wasmtime-wasi has codes from 126 on trap.
    linker
        .func_wrap(MODULE, "proc_exit", |code: i32| -> wasmtime::Result<()> { Err(I32Exit(code).into()) })?;
    linker.func_wrap(
        MODULE,
        "fd_readdir",
        |mut guest: Guest<'_>, fd: i32, buffer: i32, length: i32, cookie: i64, used: i32| {
            answer(&mut guest, &mut |Preview1 { context, listings }, memory, fuel| {
                let (fd, buffer) = (fd as u32, GuestPtr::new((buffer as u32, length as u32)));
                let written = at_once(listings.read(context, memory, fd, buffer, cookie as u64, fuel))?;
                Ok(memory.write(GuestPtr::new(used as u32), written)?)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "poll_oneoff",
        |mut guest: Guest<'_>, subscriptions: i32, events: i32, count: i32, ready: i32| {
            answer(&mut guest, &mut |Preview1 { context, .. }, memory, fuel| {
                context.set_hostcall_fuel(polls(fuel));
                let (from, to) = (GuestPtr::new(subscriptions as u32), GuestPtr::new(events as u32));
                let found = wait(context.poll_oneoff(memory, from, to, count as u32))?;
                Ok(memory.write(GuestPtr::new(ready as u32), found)?)
            })
        },
    )?;
    linker.alias_module(MODULE, preview0::MODULE)?;
    preview0::add_to_linker(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The error that becomes EPIPE.
pub(crate) fn broken_pipe(error: io::Error) -> StreamError {
    StreamError::LastOperationFailed(error.into())
}
