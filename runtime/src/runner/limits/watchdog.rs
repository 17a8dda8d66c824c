//! A limit for time.

use crate::failure::Failure;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::Engine;
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

/// For a guest that is interrupted to come to its end, as one that calls the host isn't meanwhile; and
/// for the report of it to be read.
const GRACE: Duration = Duration::from_millis(200);

/// A thread that ends this process when the time is up.
pub(crate) struct Watchdog {
    /// The engine whose guest can be interrupted.
    engine: Arc<OnceLock<Engine>>,
}

impl Watchdog {
    /// Lets the time run.
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
            let code = failure.exit_code();
            // Nobody may be reading what is reported, and the guest may be waiting for the same.
            let (reported, report) = mpsc::channel();
            let told = move || {
                failure.report();
                reported.send(())
            };
            // Where there is no thread for it, the exit code tells.
            if thread::Builder::new().spawn(told).is_ok() {
                let _ = report.recv_timeout(GRACE);
            }
            std::process::exit(code.into());
        };
        let thread = thread::Builder::new().name("watchdog".into()).spawn(watch);
        thread.map_err(|error| Failure::thread(&error))?;
        Ok(Watchdog { engine })
    }

    /// Has the guest interrupted first, where it was compiled for that: this tells where it was.
    pub(crate) fn interrupt(&self, program: &Program) {
        if program.manifest().settings.epoch_interruption {
            let _ = self.engine.set(program.engine().clone());
        }
    }
}
