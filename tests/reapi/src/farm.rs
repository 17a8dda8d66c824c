//! A farm: what it keeps, and how its workers behave.

use crate::counts::Counts;
use crate::fault::Fault;
use crate::store::Store;
use bazel_remote_apis::build::bazel::remote::execution::v2::{ActionResult, digest_function};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// The form of a farm.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of its instance.
    pub instance: String,
    /// The number of workers.
    pub workers: usize,
    /// It names contents by BLAKE3, and not by SHA-256.
    pub is_blake3: bool,
    /// Clients must send this header.
    pub header: Option<(String, String)>,
    /// Clients come by TLS alone.
    pub tls: Option<Tls>,
}

/// The certificates of a farm, in PEM.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Its certificate.
    pub certificate: String,
    /// The key of that.
    pub key: String,
    /// The authority that must have signed the certificates of clients.
    pub clients: Option<String>,
}

impl Default for Options {
    /// One worker, SHA-256, an instance without a name.
    fn default() -> Options {
        Options { instance: String::new(), workers: 1, is_blake3: false, header: None, tls: None }
    }
}

/// A farm.
pub struct Farm {
    pub(crate) options: Options,
    pub(crate) store: Store,
    pub(crate) results: Mutex<HashMap<String, ActionResult>>,
    /// The results of all actions that were executed, for simulations.
    pub(crate) recorded: Mutex<HashMap<String, ActionResult>>,
    /// The time that a simulated action takes; `None` where actions are executed.
    delay: Mutex<Option<Duration>>,
    faults: Mutex<Vec<Fault>>,
    pub(crate) places: Mutex<Arc<Semaphore>>,
    /// The files of actions by their digests, which their folders link to.
    pub(crate) files: TempDir,
    pub(crate) operations: Mutex<HashMap<String, Arc<crate::execution::Execution>>>,
    /// The counts.
    pub counts: Counts,
}

impl Farm {
    /// A farm without contents.
    ///
    /// # Panics
    ///
    /// If no folder can be made.
    pub fn new(options: Options) -> Arc<Farm> {
        let places = Arc::new(Semaphore::new(options.workers));
        Arc::new(Farm {
            store: Store::new(options.is_blake3),
            options,
            results: Mutex::default(),
            recorded: Mutex::default(),
            delay: Mutex::default(),
            faults: Mutex::default(),
            places: Mutex::new(places),
            files: TempDir::new().expect("a folder can be made"),
            operations: Mutex::default(),
            counts: Counts::default(),
        })
    }

    /// Has this number of actions, or answers, show a fault.
    pub fn plant(&self, fault: Fault, number: usize) {
        lock(&self.faults).extend(std::iter::repeat_n(fault, number));
    }

    /// Takes out one of these faults that was planted.
    pub(crate) fn fault(&self, of: &[Fault]) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        let which = faults.iter().position(|fault| of.contains(fault))?;
        Some(faults.swap_remove(which))
    }

    /// Simulates from now on that actions are executed, for this time each.
    pub fn simulate(&self, delay: Duration) {
        *lock(&self.delay) = Some(delay);
    }

    /// The time of a simulated action.
    pub(crate) fn delay(&self) -> Option<Duration> {
        *lock(&self.delay)
    }

    /// Sets the number of workers, for actions that come later.
    pub fn set_workers(&self, number: usize) {
        *lock(&self.places) = Arc::new(Semaphore::new(number));
    }

    /// Forgets all results, as if no action had been executed.
    pub fn forget_results(&self) {
        lock(&self.results).clear();
    }

    /// Forgets all contents, and keeps the results that name them.
    pub fn forget_contents(&self) {
        self.store.forget();
    }

    /// Forgets everything, as a server that is started again with an empty disk.
    pub fn forget(&self) {
        self.forget_results();
        self.store.forget();
        lock(&self.operations).clear();
    }

    /// The number of the function by which contents are named.
    pub(crate) fn function(&self) -> i32 {
        let function = if self.options.is_blake3 {
            digest_function::Value::Blake3
        } else {
            digest_function::Value::Sha256
        };
        function as i32
    }
}

/// Locks, also after a panic elsewhere.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
