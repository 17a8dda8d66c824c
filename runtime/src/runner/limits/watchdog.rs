//! The limit for time.

use crate::failure::Failure;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::Engine;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// The time that an interrupted guest has to end, and then the time that printing the message may take. A guest isn't
/// interrupted while it is in a call of the host.
const GRACE: Duration = Duration::from_millis(200);

/// A thread that ends this process when the guest's time is up.
pub(crate) struct Watchdog {
    /// The engine of the guest, if the guest can be interrupted.
    engine: Arc<OnceLock<Engine>>,
}

impl Watchdog {
    /// Starts the clock.
    pub(crate) fn start(timeout: Duration) -> Result<Watchdog, Failure> {
        let engine = Arc::<OnceLock<Engine>>::default();
        let watched = Arc::clone(&engine);
        let watch = move || {
            thread::sleep(timeout);
            if let Some(engine) = watched.get() {
                engine.increment_epoch();
                thread::sleep(GRACE);
            }
            let failure = Failure::timeout(|| format!("the guest did not end within {timeout:?}"));
            // Printing may block, if nobody reads standard error.
            std::process::exit(failure.report_within(GRACE).into());
        };
        let thread = thread::Builder::new().name("watchdog".into()).spawn(watch);
        thread.map_err(|error| Failure::thread(&error))?;
        Ok(Watchdog { engine })
    }

    /// Has the guest interrupted first, if it was compiled for that. The message then says where it was.
    pub(crate) fn interrupt(&self, program: &Program) {
        if program.manifest().settings.epoch_interruption {
            let _ = self.engine.set(program.engine().clone());
        }
    }
}
