//! Components that were compiled with concurrency, such as those of WASI 0.3. Their functions may be asynchronous, and so
//! may be the host's.

use super::wasi::no_command;
use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::component::{Component, Instance};
use precompile_runtime::wasmtime::{self, Store};
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};
use wasmtime_wasi::{WasiView, p2, p3};

/// The runtime of the process. Timers and sockets of a guest belong to it, so that it is never ended.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Runs a future to its end, on this thread.
///
/// # Errors
///
/// If the system refuses what the runtime needs, such as descriptors.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> Result<R, Failure> {
    let runtime = match RUNTIME.get() {
        Some(runtime) => runtime,
        None => {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime
                .map_err(|error| Failure::own(Code::Wasi, || format!("can't set up WASI: {error}")))?;
            RUNTIME.get_or_init(|| runtime)
        }
    };
    Ok(runtime.block_on(future))
}

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
