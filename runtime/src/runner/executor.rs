//! What drives the clocks of WASI preview 1.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use tokio::runtime::{Builder, Handle};

/// Has one thread drive the clocks of the calling thread's guests, for the rest of the process; or none, where
/// they wait for no clock.
///
/// Left to itself, wasmtime-wasi asks the system how many cores there are, and starts a thread for each: a
/// seventh of what starting a small guest takes.
pub(crate) fn enter(has_clocks: bool) -> Result<(), Failure> {
    if Handle::try_current().is_ok() {
        return Ok(());
    }
    let runtime = match has_clocks {
        true => Builder::new_multi_thread().worker_threads(1).enable_time().build(),
        false => Builder::new_current_thread().build(),
    };
    let runtime =
        runtime.map_err(|error| Failure::own(Code::Wasi, || format!("can't set up WASI: {error}")))?;
    // Neither ends before the process.
    std::mem::forget(Box::leak(Box::new(runtime)).enter());
    Ok(())
}
