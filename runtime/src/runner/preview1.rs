//! WASI preview 1 and preview 0, for modules.
//!
//! Most functions are wasmtime-wasi's. Each function that is replaced here has its reason beside it.

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
/// The modules from which guests import preview 1 and preview 0.
pub(crate) const MODULES: [&str; 2] = [MODULE, preview0::MODULE];

/// Adds both to a linker. The functions have the same parameter types as wasmtime-wasi's, so that the code for each
/// signature exists once.
pub(crate) fn add_to_linker(linker: &mut Linker<State<Preview1>>) -> wasmtime::Result<()> {
    p1::add_to_linker_sync(linker, |state| &mut state.world.context)?;
    linker.allow_shadowing(true);
    // In wasmtime-wasi, exit codes from 126 on are traps.
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

/// The error of a broken pipe, which becomes EPIPE.
pub(crate) fn broken_pipe(error: io::Error) -> StreamError {
    StreamError::LastOperationFailed(error.into())
}
