//! Components that were compiled with concurrency, such as those of WASI 0.3. Their functions may be asynchronous, and so
//! may be the host's.

use super::executor::block_on;
use super::functions::no_command;
use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::wasmtime::component::{Component, Instance};
use precompile_runtime::wasmtime::{self, Store};
use wasmtime_wasi::{WasiView, p2, p3};

/// Runs a command: of WASI 0.3, or one of WASI 0.2 with asynchronous parts.
pub(super) fn start<W: Send>(
    store: &mut Store<State<W>>,
    component: &Component,
    instance: &Instance,
) -> Result<wasmtime::Result<Result<(), ()>>, Failure>
where
    State<W>: WasiView,
{
    let Ok(command) = p3::bindings::Command::new(&mut *store, instance) else {
        let command = p2::bindings::Command::new(&mut *store, instance);
        let command = command.map_err(|error| no_command(component, "0.2 or 0.3", &error))?;
        return block_on(command.wasi_cli_run().call_run(store));
    };
    let run = command.wasi_cli_run().func_run();
    // Unlike wasmtime's `run_concurrent`, this ends with a trap where the guest waits for nothing.
    Ok(block_on(run.call_async(store, ()))?.map(|(result,)| result))
}
