//! WASI preview 1, and preview 0 before it, for modules.
//!
//! wasmtime-wasi has nearly all of it. What is replaced here is so for a reason that stands beside it.

mod functions;
mod listing;
mod listings;
mod preview0;

use crate::state::State;
pub(crate) use functions::FUNCTIONS;
use listings::Listings;
use precompile_runtime::wasmtime::{self, AsContextMut, Caller, Extern, Linker};
use std::io;
use std::pin::Pin;
use wasmtime_wasi::p1::types::Error;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2::StreamError;
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};
use wiggle::{GuestMemory, GuestPtr};

/// The module from which guests import preview 1.
const MODULE: &str = "wasi_snapshot_preview1";
/// The modules from which guests import either.
pub(crate) const MODULES: [&str; 2] = [MODULE, preview0::MODULE];

/// The part of a call's fuel that polling gets. It stands for bytes of the guest's, of each of which the host makes
/// up to sixteen: so polling takes at most half of what the guest's memory may have.
const POLLS: usize = 32;
/// The fuel of a call that polls, where nobody limits memory: for a hundred thousand subscriptions.
const MOST_POLLS: usize = 8 << 20;

/// The state behind a guest's WASI.
pub(crate) struct Preview1 {
    context: WasiP1Ctx,
    listings: Listings,
}

type Guest<'a> = Caller<'a, State<Preview1>>;

impl Preview1 {
    /// A guest's WASI, with what it was given.
    pub(crate) fn new(mut builder: WasiCtxBuilder) -> Preview1 {
        Preview1 { context: builder.build_p1(), listings: Listings::default() }
    }
}

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

/// The fuel of a call that polls, of that of others.
fn polls(fuel: usize) -> usize {
    (fuel / POLLS).min(MOST_POLLS)
}

/// The answer of a call of wasmtime-wasi's that doesn't wait for anything but files, which it does in this thread.
fn at_once<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    wiggle::run_in_dummy_executor(call).map_err(Error::trap)?
}

/// The answer of a call of wasmtime-wasi's, in time.
fn wait(call: impl Future<Output = Result<u32, Error>>) -> Result<u32, Error> {
    // The code for it stands once.
    let call: Pin<Box<dyn Future<Output = Result<u32, Error>>>> = Box::pin(call);
    in_tokio(call)
}

/// The `errno` that a function answers a guest with, which gets the guest's memory and the fuel of one call.
fn answer(
    guest: &mut Guest<'_>,
    function: &mut dyn FnMut(&mut Preview1, &mut GuestMemory<'_>, usize) -> Result<(), Error>,
) -> wasmtime::Result<i32> {
    let fuel = guest.as_context_mut().hostcall_fuel();
    let mut run = |world: &mut Preview1, mut memory: GuestMemory<'_>| {
        world.context.set_hostcall_fuel(fuel);
        match function(world, &mut memory, fuel) {
            Ok(()) => Ok(0),
            // What is no `errno` is a trap.
            Err(error) => error.downcast().map(|errno| errno as i32),
        }
    };
    match guest.get_export("memory") {
        Some(Extern::Memory(memory)) => {
            let (bytes, state) = memory.data_and_store_mut(guest);
            run(&mut state.world, GuestMemory::Unshared(bytes))
        }
        Some(Extern::SharedMemory(memory)) => {
            run(&mut guest.data_mut().world, GuestMemory::Shared(memory.data()))
        }
        _ => Err(wasmtime::Error::msg("missing required memory export")),
    }
}
