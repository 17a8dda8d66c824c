//! The places for instances, of which there is a number.

use super::instance::Instance;
use super::version::Version;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for instances. An instance that waits for a further request keeps its place, until another one needs it.
pub(super) struct Slots {
    free: Arc<Semaphore>,
    /// The instances that wait, the longest one first.
    idle: Mutex<VecDeque<Instance>>,
    /// The requests that wait for a place.
    queued: AtomicUsize,
    reuse: u32,
}

impl Slots {
    /// So many places for instances that serve so many requests each.
    pub(super) fn new(instances: NonZeroU32, reuse: NonZeroU32) -> Slots {
        let free = Arc::new(Semaphore::new(instances.get() as usize));
        Slots { free, idle: Mutex::default(), queued: AtomicUsize::new(0), reuse: reuse.get() }
    }

    /// An instance of this version that waits, if there is one.
    pub(super) fn waiting(&self, version: &Arc<Version>) -> Option<Instance> {
        if !self.keep_some() {
            return None;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = idle.iter().rposition(|instance| instance.is_of(version))?;
        idle.remove(newest)
    }

    /// So many places for a new instance: free ones, or those of instances that wait, or else the next that become free.
    pub(super) async fn places(&self, places: u32) -> OwnedSemaphorePermit {
        if let Ok(taken) = Arc::clone(&self.free).try_acquire_many_owned(places) {
            return taken;
        }
        // From here on, no instance is kept.
        let _queued = Queued::new(&self.queued);
        loop {
            if let Ok(taken) = Arc::clone(&self.free).try_acquire_many_owned(places) {
                return taken;
            }
            // Dropped outside of the lock.
            let longest = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            if longest.is_none() {
                break;
            }
        }
        Arc::clone(&self.free).acquire_many_owned(places).await.expect("nobody closes it")
    }

    /// Returns true if instances serve more than one request.
    pub(super) fn keep_some(&self) -> bool {
        self.reuse > 1
    }

    /// Keeps an instance for a further request, if it may serve one: unless others wait for its place, or its version was
    /// replaced.
    pub(super) fn keep(&self, instance: Instance, is_current: impl FnOnce() -> bool) {
        if instance.requests() >= self.reuse {
            return;
        }
        // Under the lock: whoever begins to wait, or replaces a version, looks here afterwards.
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if self.queued.load(Ordering::SeqCst) == 0 && is_current() {
            idle.push_back(instance);
            return;
        }
        drop(idle);
        drop(instance);
    }

    /// Drops the instances of a version that was replaced.
    pub(super) fn forget(&self, version: &Arc<Version>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let (old, kept) = idle.drain(..).partition::<VecDeque<_>, _>(|instance| instance.is_of(version));
        *idle = kept;
        // Dropped outside of the lock.
        drop(idle);
        drop(old);
    }

    /// The number of places that are taken: most instances take one.
    pub(super) fn taken(&self, all: NonZeroU32) -> usize {
        (all.get() as usize).saturating_sub(self.free.available_permits())
    }
}

/// A request that waits for a place, until it is dropped.
struct Queued<'a>(&'a AtomicUsize);

impl Queued<'_> {
    fn new(queued: &AtomicUsize) -> Queued<'_> {
        queued.fetch_add(1, Ordering::SeqCst);
        Queued(queued)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
