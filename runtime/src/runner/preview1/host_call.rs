//! The common part of the host functions that replace wasmtime-wasi's.

use super::state::Preview1;
use crate::state::State;
use precompile_runtime::wasmtime::{self, AsContextMut, Caller, Extern};
use std::pin::Pin;
use wasmtime_wasi::p1::types::Error;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1 as _;
use wasmtime_wasi::runtime::in_tokio;
use wiggle::GuestMemory;

/// The divisor of a call's fuel for polling. Fuel counts bytes of the guest, and polling takes up to sixteen bytes of
/// the host for each. So polling takes at most half of the guest's memory limit.
const POLLS: usize = 32;
/// The maximum fuel of a call that polls, if memory isn't limited: enough for a hundred thousand subscriptions.
const MOST_POLLS: usize = 8 << 20;

/// The guest that calls a host function.
pub(super) type Guest<'a> = Caller<'a, State<Preview1>>;

/// The fuel of a call that polls, from the fuel of other calls.
pub(super) fn polls(fuel: usize) -> usize {
    (fuel / POLLS).min(MOST_POLLS)
}

/// The result of a call of wasmtime-wasi that only waits for files, which blocks this thread.
pub(super) fn at_once<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    wiggle::run_in_dummy_executor(call).map_err(Error::trap)?
}

/// The result of a call of wasmtime-wasi that may wait for clocks and streams.
pub(super) fn wait(call: impl Future<Output = Result<u32, Error>>) -> Result<u32, Error> {
    // Boxed, so that the code exists once.
    let call: Pin<Box<dyn Future<Output = Result<u32, Error>>>> = Box::pin(call);
    in_tokio(call)
}

/// The `errno` of a host function, which is called with the guest's memory and the fuel of one call.
pub(super) fn answer(
    guest: &mut Guest<'_>,
    function: &mut dyn FnMut(&mut Preview1, &mut GuestMemory<'_>, usize) -> Result<(), Error>,
) -> wasmtime::Result<i32> {
    let fuel = guest.as_context_mut().hostcall_fuel();
    let mut run = |world: &mut Preview1, mut memory: GuestMemory<'_>| {
        world.context.set_hostcall_fuel(fuel);
        match function(world, &mut memory, fuel) {
            Ok(()) => Ok(0),
            // An error that is no `errno` is a trap.
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
