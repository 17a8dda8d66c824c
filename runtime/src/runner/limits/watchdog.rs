//! A limit for time.

use crate::failure::Failure;
use precompile_runtime::Program;
use std::thread;
use std::time::Duration;

/// For a guest that is interrupted to come to its end: one that calls the host isn't, meanwhile.
const GRACE: Duration = Duration::from_millis(200);

/// Has the guest end when its time is up: interrupted, where it was compiled for that, which
/// tells where it was; and together with this process, where that doesn't end it.
pub(crate) fn start(program: &Program, timeout: Duration) -> Result<(), Failure> {
    let epochs = program.manifest().settings.epoch_interruption;
    let engine = program.engine().clone();
    let watch = move || {
        thread::sleep(timeout);
        if epochs {
            engine.increment_epoch();
            thread::sleep(GRACE);
        }
        let code = Failure::timeout(format!("the guest did not end within {timeout:?}")).report();
        std::process::exit(code.into());
    };
    let thread = thread::Builder::new().name("watchdog".into()).spawn(watch);
    thread.map(|_| ()).map_err(|error| Failure::own(format!("can't start a thread: {error}")))
}
