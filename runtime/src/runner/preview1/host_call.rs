//! Host functions that replace some of wasmtime-wasi's.

use super::state::Preview1;
use crate::state::State;
use precompile_runtime::wasmtime::{self, AsContextMut, Caller, Extern};
use std::pin::Pin;
use wasmtime_wasi::p1::types::Error;
use wasmtime_wasi::runtime::in_tokio;
use wiggle::GuestMemory;

/// The part of a call's fuel that polling gets. It stands for bytes of the guest's, of each of which the host makes
/// up to sixteen: so polling takes at most half of what the guest's memory may have.
const POLLS: usize = 32;
/// The fuel of a call that polls, where nobody limits memory: for a hundred thousand subscriptions.
const MOST_POLLS: usize = 8 << 20;

/// The guest that calls a host function.
pub(super) type Guest<'a> = Caller<'a, State<Preview1>>;

/// The fuel of a call that polls, of that of others.
pub(super) fn polls(fuel: usize) -> usize {
    (fuel / POLLS).min(MOST_POLLS)
}

/// The answer of a call of wasmtime-wasi's that doesn't wait for anything but files, which it does in this thread.
pub(super) fn at_once<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    wiggle::run_in_dummy_executor(call).map_err(Error::trap)?
}

/// The answer of a call of wasmtime-wasi's, in time.
pub(super) fn wait(call: impl Future<Output = Result<u32, Error>>) -> Result<u32, Error> {
    // The code for it stands once.
    let call: Pin<Box<dyn Future<Output = Result<u32, Error>>>> = Box::pin(call);
    in_tokio(call)
}

/// The `errno` that a function answers a guest with, which gets the guest's memory and the fuel of one call.
pub(super) fn answer(
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
