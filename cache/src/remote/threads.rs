//! The threads for transfers.

use std::future::Future;
use std::io;
use std::sync::{OnceLock, mpsc};
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// The reason why a task has no result.
#[derive(Debug, Error)]
pub(super) enum ThreadsError {
    /// The threads can't be started.
    #[error("no threads for it can be started: {0}")]
    NotStarted(io::Error),
    /// The threads were started and have ended.
    #[error("its threads are gone")]
    Gone,
    /// The task panicked.
    #[error("it made its client panic")]
    Panicked,
}

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
    ) -> Result<JoinHandle<()>, ThreadsError> {
        Ok(self.runtime()?.spawn(task))
    }

    /// Runs a task and waits for its result. Unlike tokio's `block_on`, it may be called within another runtime.
    pub(super) fn wait<T: Send + 'static, E: From<ThreadsError> + Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.begin(async move {
            // The receiver still exists.
            let _ = sender.send(task.await);
        })?;
        receiver.recv().unwrap_or_else(|_| Err(ThreadsError::Panicked.into()))
    }

    fn runtime(&self) -> Result<&Runtime, ThreadsError> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime);
        }
        let started = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let started = started.map_err(ThreadsError::NotStarted)?;
        // Another thread may have been faster.
        if let Err(unused) = self.0.set(started) {
            unused.shutdown_background();
        }
        self.0.get().ok_or(ThreadsError::Gone)
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
