//! The store that many machines share: it moves bytes by name, and fails once at the most.

mod connect;
mod error;
mod limits;
mod mode;
mod transfer;

pub use error::{ConnectError, RemoteError};
pub use limits::Limits;
pub use mode::Mode;

use opendal::Operator;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// So many writes are under way at once; each holds its bytes in memory.
const WRITES_AT_ONCE: usize = 4;

/// A store that many machines share.
///
/// At its first failure it is given up on for the rest of the process, so that one that is slow or
/// absent costs one time-out. What it gives out is not verified; nothing it says is believed.
pub struct Remote {
    operator: Operator,
    name: String,
    mode: Mode,
    limits: Limits,
    /// Started when it is first needed.
    runtime: OnceLock<Runtime>,
    /// Turns true when the store is given up on.
    given_up: watch::Sender<bool>,
    writes: Arc<Semaphore>,
    queued: Mutex<Vec<JoinHandle<()>>>,
    /// Writes that were begun or queued, and have not succeeded.
    unwritten: Arc<AtomicUsize>,
    /// Why the first write failed.
    write_error: Arc<Mutex<Option<String>>>,
}

impl Remote {
    /// The store at a URL. What `variable` returns for a name is what the environment has, as a
    /// service's credentials are given; some services' own libraries read more. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Where the URL names no store.
    pub fn connect(
        url: &str,
        mode: Mode,
        limits: Limits,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Remote, ConnectError> {
        let (operator, name) = connect::operator(url, variable)?;
        Ok(Remote {
            operator,
            name,
            mode,
            limits,
            runtime: OnceLock::new(),
            given_up: watch::Sender::new(false),
            writes: Arc::new(Semaphore::new(WRITES_AT_ONCE)),
            queued: Mutex::default(),
            unwritten: Arc::default(),
            write_error: Arc::default(),
        })
    }

    /// The URL without credentials.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is stored under a name. This blocks, for as long as the limits allow. `None` also where
    /// the store was given up on.
    ///
    /// # Errors
    ///
    /// The first failure of the store, and no other.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, RemoteError> {
        if *self.given_up.borrow() {
            return Ok(None);
        }
        let runtime = self.runtime().map_err(|why| self.error(why))?;
        let mut given_up = self.given_up.subscribe();
        let read = runtime.block_on(async {
            tokio::select! {
                read = transfer::read(&self.operator, name, &self.limits) => read,
                // Others have waited long enough.
                _ = given_up.wait_for(|given_up| *given_up) => Ok(None),
            }
        });
        match read {
            Err(why) if !self.given_up.send_replace(true) => Err(self.error(why)),
            read => Ok(read.unwrap_or_default()),
        }
    }

    /// Stores something under a name, in the background. `bytes` is called when its turn comes, and
    /// may have nothing to store after all. Does nothing where the store is only read, or was given
    /// up on.
    pub fn put(&self, name: String, bytes: impl FnOnce() -> Option<Vec<u8>> + Send + 'static) {
        if self.mode == Mode::ReadOnly || *self.given_up.borrow() {
            return;
        }
        let Ok(runtime) = self.runtime() else { return };
        let (operator, limits, writes) = (self.operator.clone(), self.limits, Arc::clone(&self.writes));
        let (unwritten, write_error) = (Arc::clone(&self.unwritten), Arc::clone(&self.write_error));
        let given_up = self.given_up.clone();
        unwritten.fetch_add(1, Relaxed);
        let task = runtime.spawn(async move {
            let Ok(_turn) = writes.acquire_owned().await else { return };
            if *given_up.borrow() {
                return;
            }
            let written = match tokio::task::spawn_blocking(bytes).await {
                Ok(Some(bytes)) => transfer::write(&operator, &name, bytes, &limits).await,
                _ => Ok(()),
            };
            match written {
                Ok(()) => {
                    unwritten.fetch_sub(1, Relaxed);
                }
                Err(why) => {
                    if !given_up.send_replace(true) {
                        *write_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                    }
                }
            }
        });
        self.queued.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Waits for what is being stored, as long as the limits allow.
    ///
    /// # Errors
    ///
    /// Where something wasn't stored, unless the reason was an error of [`Remote::get`]'s.
    pub fn finish(&self) -> Result<(), RemoteError> {
        let queued = std::mem::take(&mut *self.queued.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(runtime) = self.runtime.get().filter(|_| !queued.is_empty()) else { return Ok(()) };
        let all = queued.len();
        let in_time = runtime.block_on(async {
            let wait = async {
                for task in queued {
                    // It doesn't panic, and nobody aborts it.
                    let _ = task.await;
                }
            };
            tokio::time::timeout(self.limits.finish, wait).await.is_ok()
        });
        let unwritten = self.unwritten.load(Relaxed);
        let failed = self.write_error.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (unwritten, failed) {
            (0, _) => Ok(()),
            (_, Some(why)) => Err(self.error(format!("{unwritten} of {all} entries were not stored: {why}"))),
            (_, None) if !in_time => {
                self.given_up.send_replace(true);
                let seconds = self.limits.finish.as_secs_f32();
                Err(self.error(format!("{unwritten} of {all} entries were not stored within {seconds} s")))
            }
            // Given up on for what was said before.
            (_, None) => Ok(()),
        }
    }

    fn error(&self, why: String) -> RemoteError {
        RemoteError { name: self.name.clone(), why }
    }

    fn runtime(&self) -> Result<&Runtime, String> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        match runtime {
            Ok(runtime) => {
                // Another thread may have been quicker.
                if let Err(late) = self.runtime.set(runtime) {
                    late.shutdown_background();
                }
                Ok(self.runtime.get().expect("it was just set"))
            }
            Err(error) => {
                self.given_up.send_replace(true);
                Err(format!("no threads for it can be started: {error}"))
            }
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // What hangs is left behind.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Remote {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("name", &self.name).field("mode", &self.mode).finish_non_exhaustive()
    }
}
