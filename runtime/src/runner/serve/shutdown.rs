//! The signals that end the server.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end the server, of which the first lets requests end.
pub(super) struct Shutdown {
    terminate: Signal,
    interrupt: Signal,
    number: i32,
}

impl Shutdown {
    /// Waits for the signals from now on.
    ///
    /// # Errors
    ///
    /// If the system refuses it.
    pub(super) fn new() -> Result<Shutdown, Failure> {
        let wait = |kind| {
            signal(kind)
                .map_err(|error| Failure::own(Code::Signal, || format!("can't wait for signals: {error}")))
        };
        let (terminate, interrupt) = (wait(SignalKind::terminate())?, wait(SignalKind::interrupt())?);
        Ok(Shutdown { terminate, interrupt, number: 0 })
    }

    /// The next signal.
    pub(super) async fn signal(&mut self) {
        self.number = tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
        };
    }

    /// The exit code that a shell reports for the last signal.
    pub(super) fn exit_code(&self) -> u8 {
        u8::try_from(128 + self.number).unwrap_or(u8::MAX)
    }
}
