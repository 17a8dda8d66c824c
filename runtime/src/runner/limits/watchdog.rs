//! A limit for time.

use crate::failure::Failure;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// For a guest that is interrupted to come to its end, as one that calls the host isn't meanwhile; and
/// for the report of it to be read.
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
        let failure = Failure::timeout(|| format!("the guest did not end within {timeout:?}"));
        let code = failure.exit_code();
        // Nobody may be reading what is reported, and the guest may be waiting for the same.
        let (reported, report) = mpsc::channel();
        thread::spawn(move || {
            failure.report();
            reported.send(())
        });
        let _ = report.recv_timeout(GRACE);
        std::process::exit(code.into());
    };
    let thread = thread::Builder::new().name("watchdog".into()).spawn(watch);
    thread
        .map(|_| ())
        .map_err(|error| Failure::own(Code::Thread, || format!("can't start a thread: {error}")))
}
