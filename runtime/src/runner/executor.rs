//! The tokio runtime that drives the clocks of WASI preview 1.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use tokio::runtime::{Builder, Handle};

/// Enters a tokio runtime on the calling thread, for the rest of the process: with one thread for clocks, or with none
/// if guests use no clock.
///
/// Otherwise wasmtime-wasi would start a thread for each core, which is a seventh of the time that a small guest takes
/// to start.
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
    // Both live as long as the process.
    std::mem::forget(Box::leak(Box::new(runtime)).enter());
    Ok(())
}
