//! The clock of the guests: at each tick, one that runs gives way to others, and ends if its time is up.

use crate::failure::Failure;
use precompile_runtime::Runtime;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The time between two ticks.
const TICK: Duration = Duration::from_millis(10);

/// Starts the clock, for the rest of the process.
///
/// # Errors
///
/// If no thread can be started.
pub(super) fn tick(runtime: &Arc<Runtime>) -> Result<(), Failure> {
    let runtime = Arc::clone(runtime);
    let tick = move || {
        loop {
            thread::sleep(TICK);
            runtime.increment_epoch();
        }
    };
    thread::Builder::new().name("epochs".into()).spawn(tick).map_err(|error| Failure::thread(&error))?;
    Ok(())
}
