//! The local and the shared store together, as one process uses them. Failures are warnings.

mod kept;
mod whereabouts;

#[cfg(feature = "remote")]
use crate::absent::Absent;
use crate::accept::Accept;
#[cfg(feature = "remote")]
use crate::accept::Candidate;
use crate::digest::Digest;
use crate::entry::{DAMAGED, Entry};
use crate::error::Error;
use crate::files::Files;
use crate::key::Key;
use crate::log::{Log, Run};
use crate::prune::StoreLimits;
use crate::record::{Outcome, unix_seconds};
#[cfg(feature = "remote")]
use crate::remote::Remote;
use crate::slot::Slot;
use crate::store::Store;
use std::path::{Path, PathBuf};
#[cfg(feature = "remote")]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The time after which [`Cache::finish`] prunes a store again.
const PRUNE_EVERY_S: u64 = 24 * 60 * 60;

/// The store on this machine, and optionally one that many machines share.
///
/// A store that fails causes one warning, and isn't used from then on. No failure is an error of the caller.
#[derive(Debug)]
pub struct Cache {
    pub(crate) store: Store,
    limits: StoreLimits,
    pub(crate) files: Files,
    #[cfg(feature = "remote")]
    remote: Option<Remote>,
    /// The number of invalid entries that the shared store returned.
    #[cfg(feature = "remote")]
    wrong: AtomicU64,
    /// The entries that the shared store lacked when it was asked for many.
    #[cfg(feature = "remote")]
    absent: Absent,
    /// The local store can't be read.
    broken: AtomicBool,
    /// The local store can't be written.
    read_only: AtomicBool,
    /// Waiting for another process's entry has timed out. From then on this process doesn't wait for entries.
    impatient: AtomicBool,
    run: Mutex<Run>,
    warnings: Mutex<Vec<String>>,
}

/// The result of a lookup.
#[derive(Debug)]
pub enum Lookup {
    /// An entry with a blob.
    Hit(Entry),
    /// An entry that records why the blob can't be made.
    Failure(String),
    /// Another thread or process is making the entry.
    Busy,
    /// There is no entry. The caller makes it, and nobody else does meanwhile.
    Miss(Turn),
}

/// The turn to make an entry. Several callers can hold the turn for the same entry if the store can't be written, or
/// if waiting for the holder has timed out.
#[derive(Debug)]
pub struct Turn {
    key: Key,
    slot: Option<Box<Slot>>,
    name: Option<PathBuf>,
    group: Option<Digest>,
    /// The entry isn't sent to the shared store.
    is_private: bool,
}

impl Turn {
    /// The same turn, with the name of the entry's source for lists.
    pub fn named(self, name: Option<&Path>) -> Turn {
        Turn { name: name.map(Path::to_path_buf), ..self }
    }

    /// The same turn, for an entry that joins a group: [`Store::group`] lists it.
    pub fn grouped(self, group: Digest) -> Turn {
        Turn { group: Some(group), ..self }
    }

    /// The same turn, for an entry that stays on this machine if `is_private` is set.
    pub fn private(self, is_private: bool) -> Turn {
        Turn { is_private, ..self }
    }
}

impl Cache {
    /// A cache over a store.
    pub fn new(store: Store, limits: StoreLimits) -> Cache {
        Cache {
            store,
            limits,
            files: Files::default(),
            #[cfg(feature = "remote")]
            remote: None,
            #[cfg(feature = "remote")]
            wrong: AtomicU64::new(0),
            #[cfg(feature = "remote")]
            absent: Absent::default(),
            broken: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
            impatient: AtomicBool::new(false),
            run: Mutex::default(),
            warnings: Mutex::default(),
        }
    }

    /// The same cache, with a shared store as its second level.
    #[cfg(feature = "remote")]
    pub fn with_remote(self, remote: Remote) -> Cache {
        Cache { remote: Some(remote), ..self }
    }

    /// Looks a key up in the store on this machine, then in the shared store. An entry of the shared store is stored
    /// on this machine.
    ///
    /// With `wait`, the result is never [`Lookup::Busy`]: the call waits until the entry was made or given up, at most
    /// for the store's [`Patience`](crate::Patience). A caller that waits must hold no other turn.
    ///
    /// Only entries that `accept` accepts are used; it is told which store they are from. Other entries of the shared store
    /// are ignored; other entries of the store on this machine are removed.
    pub fn lookup(&self, key: &Key, wait: bool, accept: &Accept<'_>) -> Lookup {
        if let Some(found) = self.local(key, accept) {
            return found;
        }
        let slot = match self.unusable() {
            true => None,
            false => match self.store.slot(key, wait && !self.impatient.load(Relaxed)) {
                Ok(None) if !wait => return Lookup::Busy,
                Ok(slot) => slot,
                Err(error @ Error::Held { .. }) => {
                    if !self.impatient.swap(true, Relaxed) {
                        self.warn(format!(
                            "this run no longer waits for entries of other processes: {error}"
                        ));
                    }
                    None
                }
                Err(error) => {
                    self.cannot_write(&error);
                    None
                }
            },
        };
        // Another process may have made the entry before this one got its turn.
        if slot.is_some()
            && let Some(found) = self.local(key, accept)
        {
            return found;
        }
        let slot = slot.map(Box::new);
        let turn = Turn { key: key.clone(), slot, name: None, group: None, is_private: false };
        self.remote(turn, accept)
    }

    fn local(&self, key: &Key, accept: &Accept<'_>) -> Option<Lookup> {
        if self.broken.load(Relaxed) {
            return None;
        }
        match self.store.lookup(key) {
            Ok(Some(entry)) => {
                if let Outcome::Failure { message } = &entry.record().outcome {
                    let message = message.clone();
                    self.run().failures += 1;
                    return Some(Lookup::Failure(message));
                }
                match entry.accepted(accept) {
                    Ok(entry) => Some(Lookup::Hit(entry)),
                    Err(why) => {
                        self.refuse(key, &why.to_string());
                        None
                    }
                }
            }
            Ok(None) => None,
            Err(error) => {
                self.not_delivered(&error);
                None
            }
        }
    }

    /// Warns of an entry that isn't delivered: it is refused, or the store can't be read.
    fn not_delivered(&self, error: &Error) {
        match error {
            Error::Refused { .. } => {
                self.warn(format!("the cache `{}`: {error}", self.store.folder().display()));
            }
            error => self.cannot_read(error),
        }
    }

    #[cfg(not(feature = "remote"))]
    fn remote(&self, turn: Turn, _: &Accept<'_>) -> Lookup {
        Lookup::Miss(turn)
    }

    #[cfg(feature = "remote")]
    fn remote(&self, turn: Turn, accept: &Accept<'_>) -> Lookup {
        use crate::object;
        let Some(remote) = &self.remote else { return Lookup::Miss(turn) };
        if self.absent.has(turn.key.shared()) {
            return Lookup::Miss(turn);
        }
        let bytes = match remote.get(&object::name(turn.key.shared())) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Lookup::Miss(turn),
            Err(error) => {
                self.warn(error.to_string());
                return Lookup::Miss(turn);
            }
        };
        let refused = |why: &str| {
            // A store with one invalid entry is likely to have many: the rest is counted.
            if self.wrong.fetch_add(1, Relaxed) == 0 {
                self.warn(format!("the shared cache `{}` has a wrong entry: {why}", remote.name()));
            }
        };
        let (record, blob) = match object::read(turn.key.shared(), &bytes) {
            Ok(parts) => parts,
            Err(why) => {
                refused(why);
                return Lookup::Miss(turn);
            }
        };
        if let Err(why) = accept(Candidate { blob, is_shared: true }) {
            refused(&why.to_string());
            return Lookup::Miss(turn);
        }
        self.run().remote_hits += 1;
        let cost = Duration::from_nanos(record.cost_ns);
        let stored = self.store_blob(turn, blob, cost);
        Lookup::Hit(stored.unwrap_or_else(|| Entry::memory(record, blob.to_vec())))
    }

    /// Counts an entry that was used, and the bytes that were copied from it.
    pub fn used(&self, entry: &Entry, delivered_bytes: u64) {
        let mut run = self.run();
        run.hits += 1;
        run.delivered_bytes += delivered_bytes;
        run.saved_ns = run.saved_ns.saturating_add(entry.record().cost_ns);
    }

    /// Stores the blob for a key, and sends it to the shared store in the background. Returns the blob's digest if it
    /// was stored.
    pub fn fill(&self, mut turn: Turn, blob: &[u8], cost: Duration) -> Option<Digest> {
        let (key, name, is_private) = (turn.key.clone(), turn.name.take(), turn.is_private);
        {
            let mut run = self.run();
            run.misses += 1;
            run.spent_ns = run.spent_ns.saturating_add(nanoseconds(cost));
        }
        let group = turn.group;
        let entry = self.store_blob(turn, blob, cost)?;
        if let Some(group) = group {
            // Without it, only those who look for the group's entries miss this one.
            let _ = self.store.join(&entry, &key, group);
        }
        let digest = entry.digest();
        drop(entry);
        self.name(&key, name);
        if !is_private {
            self.share(key);
        }
        digest
    }

    /// Stores why the blob for a key can't be made.
    pub fn fail(&self, turn: Turn, message: String, cost: Duration) {
        self.run().misses += 1;
        if self.unusable() {
            return;
        }
        let failed = match turn.slot {
            Some(slot) => slot.fail(message, cost),
            None => self.store.insert_failure(&turn.key, message, cost),
        };
        match failed {
            Ok(()) => self.name(&turn.key, turn.name),
            Err(error) => self.cannot_write(&error),
        }
    }

    /// Has an entry that was found join a group, unless it is in it.
    pub fn join(&self, entry: &Entry, key: &Key, group: Digest) {
        if !self.store.is_in_group(key.digest(), group) {
            // Without it, only those who look for the group's entries miss this one.
            let _ = self.store.join(entry, key, group);
        }
    }

    fn name(&self, key: &Key, name: Option<PathBuf>) {
        // Without a name, an entry is as useful: only lists show it.
        let _ = name.map(|name| self.store.name(key, &name));
    }

    fn store_blob(&self, turn: Turn, blob: &[u8], cost: Duration) -> Option<Entry> {
        if self.unusable() {
            return None;
        }
        let stored = match turn.slot {
            Some(slot) => slot.fill(blob, cost),
            // Waiting for the slot has timed out. Two processes may store the same entry without harm.
            None => self.store.insert(&turn.key, blob, cost),
        };
        match stored {
            Ok(entry) => {
                self.run().stored_bytes += blob.len() as u64;
                Some(entry)
            }
            Err(error) => {
                self.cannot_write(&error);
                None
            }
        }
    }

    #[cfg(feature = "remote")]
    fn share(&self, key: Key) {
        let Some(remote) = &self.remote else { return };
        let store = self.store.clone();
        remote.put(crate::object::name(key.shared()), move || {
            let entry = store.lookup(&key).ok()??;
            Some(crate::object::write(&entry.record().shared(&key), &entry.read().ok()?))
        });
    }

    #[cfg(not(feature = "remote"))]
    fn share(&self, _: Key) {}

    /// Removes an entry with a damaged blob, with a warning.
    pub fn damaged(&self, key: &Key) {
        self.refuse(key, DAMAGED);
    }

    fn refuse(&self, key: &Key, why: &str) {
        let error = self.store.refuse(key.digest(), why);
        self.warn(format!("the cache `{}`: {error}", self.store.folder().display()));
    }

    /// The store on this machine.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends the run: saves the notes on files, appends to the log, prunes if it is time, and waits for writes to the
    /// shared store within its limits.
    pub fn finish(&self) {
        #[cfg(feature = "remote")]
        if let Some(remote) = &self.remote {
            if let Err(error) = remote.finish() {
                self.warn(error.to_string());
            }
            let crate::remote::Traffic { sent, sent_plain, received, received_plain } = remote.take_traffic();
            *self.run() += Run {
                remote_sent_bytes: sent,
                remote_sent_plain_bytes: sent_plain,
                remote_received_bytes: received,
                remote_received_plain_bytes: received_plain,
                ..Run::default()
            };
            let more = self.wrong.swap(0, Relaxed).saturating_sub(1);
            if more > 0 {
                self.warn(format!("the shared cache `{}` had {more} more wrong entries", remote.name()));
            }
        }
        if self.unusable() {
            return;
        }
        let run = std::mem::take(&mut *self.run());
        let keep = || -> Result<(), Error> {
            self.files.save(&self.store)?;
            if run != Run::default() {
                Log::append(&self.store, &run)?;
            }
            if run.stored_bytes > 0 {
                self.store.remove_stale()?;
                self.prune_in_passing()?;
            }
            Ok(())
        };
        match keep() {
            Ok(()) => {}
            // A user who may only read the cache has lost nothing.
            Err(error) if error.is_refusal() => {}
            Err(error) => self.cannot_write(&error),
        }
    }

    /// Returns true if [`Cache::finish`] has more to write than a line of the log.
    pub fn has_news(&self) -> bool {
        self.files.has_news() || self.run().stored_bytes > 0
    }

    fn prune_in_passing(&self) -> Result<(), Error> {
        let log = Log::read(&self.store);
        let last = if log.pruned_unix_s == 0 { log.since_unix_s } else { log.pruned_unix_s };
        let now = unix_seconds(SystemTime::now());
        // A time in the future means that the clock was set back. Nothing would be pruned until then.
        let long_ago = last > now || now - last > PRUNE_EVERY_S;
        if log.estimated_bytes > self.limits.max_bytes || long_ago {
            // A fifth is left free, so that the next run needn't prune again.
            let max_bytes = self.limits.max_bytes / 5 * 4;
            self.store.prune(StoreLimits { max_bytes, ..self.limits }, false)?;
        }
        Ok(())
    }

    /// The warnings since the last call.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns true if the store can be read and is trusted. Warns the first time it isn't.
    pub(crate) fn is_readable(&self) -> bool {
        if let Err(error) = self.store.check_trust() {
            self.cannot_read(&error);
        }
        !self.broken.load(Relaxed)
    }

    pub(crate) fn unusable(&self) -> bool {
        self.broken.load(Relaxed) || self.read_only.load(Relaxed)
    }

    fn cannot_read(&self, error: &Error) {
        if !self.broken.swap(true, Relaxed) {
            self.warn(format!(
                "this run does without the cache `{}`: {error}",
                self.store.folder().display()
            ));
        }
    }

    pub(crate) fn cannot_write(&self, error: &Error) {
        if !self.read_only.swap(true, Relaxed) && !self.broken.load(Relaxed) {
            self.warn(format!(
                "this run stores nothing in the cache `{}`: {error}",
                self.store.folder().display()
            ));
        }
    }

    fn warn(&self, warning: String) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }

    pub(crate) fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}
