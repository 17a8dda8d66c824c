//! Writes to a shared store in the background.

use super::client::Client;
use super::compression::Packed;
use super::failure::TransferError;
use super::latch::Latch;
use super::limits::RemoteLimits;
use super::threads::{Threads, ThreadsError};
use super::traffic::Counters;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

/// The maximum number of concurrent writes. Each holds its bytes in memory.
const WRITES_AT_ONCE: usize = 4;

/// The reason why entries were not stored.
#[derive(Debug, Error)]
pub(super) enum WritesError {
    /// The first write that failed.
    #[error("{unwritten} of {all} entries were not stored: {why}")]
    Failed { unwritten: usize, all: usize, why: TransferError },
    /// The writes took too long.
    #[error("{unwritten} of {all} entries were not stored within {} s", limit.as_secs_f32())]
    Late { unwritten: usize, all: usize, limit: Duration },
    /// The end of the writes is unknown.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

/// The writes of this process to a shared store.
pub(super) struct Writes {
    state: Arc<State>,
    begun: Mutex<Vec<JoinHandle<()>>>,
}

struct State {
    turns: Semaphore,
    stopped: Latch,
    /// The number of writes that were begun and have not succeeded.
    unwritten: AtomicUsize,
    /// The error of the first write that failed, until it is reported.
    error: Mutex<Option<TransferError>>,
}

impl Writes {
    pub(super) fn new() -> Writes {
        let state = State {
            turns: Semaphore::new(WRITES_AT_ONCE),
            stopped: Latch::new(),
            unwritten: AtomicUsize::new(0),
            error: Mutex::default(),
        };
        Writes { state: Arc::new(state), begun: Mutex::default() }
    }

    pub(super) fn are_stopped(&self) -> bool {
        self.state.stopped.is_set()
    }

    /// Stops all writes, for a reason that was reported: nobody waits for a server that fails.
    pub(super) fn stop(&self) {
        self.state.stopped.set();
    }

    /// Starts writing what `object` returns, as soon as few enough other writes are running.
    pub(super) fn begin(
        &self,
        threads: &Threads,
        client: Arc<Client>,
        traffic: Arc<Counters>,
        limits: RemoteLimits,
        name: String,
        object: impl FnOnce() -> Option<Packed> + Send + 'static,
    ) {
        let state = Arc::clone(&self.state);
        state.unwritten.fetch_add(1, SeqCst);
        let begun = threads.begin(async move {
            let write = async {
                let Ok(_turn) = state.turns.acquire().await else { return Ok(()) };
                let Ok(Some(Packed { bytes, plain_bytes })) = spawn_blocking(object).await else {
                    return Ok(());
                };
                let sent = bytes.len() as u64;
                client.write(&name, bytes, &limits).await?;
                traffic.sent(sent, plain_bytes);
                Ok(())
            };
            tokio::select! {
                biased;
                () = state.stopped.wait() => {}
                written = write => match written {
                    Ok(()) => {
                        state.unwritten.fetch_sub(1, SeqCst);
                    }
                    Err(why) => state.failed(why),
                },
            }
        });
        match begun {
            Ok(begun) => lock(&self.begun).push(begun),
            Err(why) => self.state.failed(why.into()),
        }
    }

    /// Waits for all writes, as long as the limits allow. The error is the first failure, unless it was reported
    /// before.
    pub(super) fn finish(&self, threads: &Threads, limits: &RemoteLimits) -> Result<(), WritesError> {
        let begun = std::mem::take(&mut *lock(&self.begun));
        if begun.is_empty() {
            return Ok(());
        }
        let (all, limit) = (begun.len(), limits.finish);
        let in_time = threads.wait(async move {
            let ended = async {
                for write in begun {
                    // The task doesn't panic, and nobody aborts it.
                    let _ = write.await;
                }
            };
            Ok::<_, WritesError>(timeout(limit, ended).await.is_ok())
        })?;
        let late = !in_time && self.state.stopped.set();
        let unwritten = self.state.unwritten.load(SeqCst);
        match lock(&self.state.error).take() {
            Some(why) => Err(WritesError::Failed { unwritten, all, why }),
            None if late => Err(WritesError::Late { unwritten, all, limit }),
            // All were stored, or the reason was reported before.
            None => Ok(()),
        }
    }
}

impl State {
    fn failed(&self, why: TransferError) {
        // Locked before the latch is set: after that, `finish` doesn't wait for this task.
        let mut error = lock(&self.error);
        if self.stopped.set() {
            *error = Some(why);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
