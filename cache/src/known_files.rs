//! Inputs and outputs that are known without reading them, by the notes on files.

use crate::cache::Cache;
use crate::digest::Digest;
use crate::files::{Known, Made, Recalled};
use crate::identity::{Identity, unix_ns};
use crate::key::Key;
use crate::open_regular::open_regular;
use crate::store::mark_as_used;
use crate::trusted_users::TrustedUsers;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// An output that is in place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPlace {
    /// The size, in bytes.
    pub bytes: u64,
    /// The time that making it took, in nanoseconds.
    pub cost_ns: u64,
}

impl Cache {
    /// The digest of a file, if the file was read before and can't have changed since.
    pub fn recall(&self, path: &Path, identity: &Identity) -> Option<Digest> {
        self.is_readable().then_some(())?;
        self.files.recall(&self.store, path, identity).map(|recalled| recalled.known.digest)
    }

    /// Reads a file for its digest, and adds a note on it.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn read_digest(&self, path: &Path) -> io::Result<Digest> {
        let read_ns = unix_ns(SystemTime::now());
        // Taken before the file is read: if the file changes meanwhile, its identity differs afterwards.
        let identity = Identity::at(path);
        let digest = Digest::of_file(path)?;
        if let Some(identity) = identity.filter(|_| self.is_readable()) {
            let last = self.files.last(&self.store, path, &identity);
            // The origin of an output holds only while its content is the same.
            let made = last.filter(|last| last.digest == digest).and_then(|last| last.made);
            self.files.note(&self.store, path, identity, read_ns, Known { digest, made });
        }
        Ok(digest)
    }

    /// The output of a key, if it is at this path already; that counts as a hit. With `read`, the file is read to find
    /// out; without, the notes on it decide. A symbolic link is never in place, because another user may have created
    /// it. Writing the output then checks that.
    pub fn in_place(&self, path: &Path, key: &Key, read: bool) -> Option<InPlace> {
        self.is_readable().then_some(())?;
        let identity = Identity::at_no_link(path)?;
        let recalled = match read {
            true => self.read_again(path, &identity)?,
            false => self.files.recall(&self.store, path, &identity)?,
        };
        let made = recalled.known.made.filter(|made| made.key == key.digest())?;
        if recalled.stale {
            mark_as_used(&self.store.layout.record(made.key));
        }
        let mut run = self.run();
        run.hits += 1;
        run.saved_ns = run.saved_ns.saturating_add(made.cost_ns);
        Some(InPlace { bytes: identity.size(), cost_ns: made.cost_ns })
    }

    /// The note on an output, if reading the file gives the noted digest. `None` for another user's file, so that it is
    /// written again: it may have got the number of a file that was removed.
    fn read_again(&self, path: &Path, identity: &Identity) -> Option<Recalled> {
        let known = self.files.last(&self.store, path, identity)?;
        known.made?;
        let file = open_regular(path, false, false).ok()?;
        TrustedUsers::Owner.check_owner(path, &file.metadata().ok()?).ok()?;
        let same = Digest::of_open_file(&file).ok()? == known.digest;
        same.then_some(Recalled { known, stale: true })
    }

    /// Adds a note that a file is the output of a key. The file was written or compared after `since`, so that later
    /// changes by others are detected.
    pub fn note_output(&self, path: &Path, key: &Key, digest: Digest, cost_ns: u64, since: SystemTime) {
        let read_ns = unix_ns(since);
        if let Some(identity) = Identity::at(path).filter(|_| self.is_readable()) {
            let made = Some(Made { key: key.digest(), cost_ns });
            self.files.note(&self.store, path, identity, read_ns, Known { digest, made });
        }
    }

    /// Ends a run that has used no entry: saves the notes on files alone.
    pub fn keep_notes(&self) {
        if self.unusable() {
            return;
        }
        match self.files.save(&self.store) {
            Ok(()) => {}
            // A user who may only read the cache has lost nothing.
            Err(error) if error.is_refusal() => {}
            Err(error) => self.cannot_write(&error),
        }
    }

    /// The origin of an output according to its last note.
    pub(crate) fn made(&self, path: &Path) -> Option<Made> {
        self.is_readable().then_some(())?;
        self.files.last(&self.store, path, &Identity::at(path)?)?.made
    }
}
