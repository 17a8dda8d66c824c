//! The executor of components with asynchronous functions: this thread.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};

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
