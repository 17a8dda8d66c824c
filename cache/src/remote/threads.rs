//! The threads for transfers.

use std::future::Future;
use std::sync::{OnceLock, mpsc};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// A pool of threads for transfers, started when it is first needed.
pub(super) struct Threads(OnceLock<Runtime>);

impl Threads {
    pub(super) fn new() -> Threads {
        Threads(OnceLock::new())
    }

    /// Starts a task.
    pub(super) fn begin(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Result<JoinHandle<()>, String> {
        Ok(self.runtime()?.spawn(task))
    }

    /// Runs a task and waits for its result. Unlike tokio's `block_on`, it may be called within another runtime.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, String>> + Send + 'static,
    ) -> Result<T, String> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.begin(async move {
            // The receiver still exists.
            let _ = sender.send(task.await);
        })?;
        receiver.recv().unwrap_or_else(|_| Err("it made its client panic".into()))
    }

    fn runtime(&self) -> Result<&Runtime, String> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime);
        }
        let started = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let started = started.map_err(|error| format!("no threads for it can be started: {error}"))?;
        // Another thread may have been faster.
        if let Err(unused) = self.0.set(started) {
            unused.shutdown_background();
        }
        self.0.get().ok_or_else(|| "its threads are gone".into())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Tasks that hang are abandoned.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
