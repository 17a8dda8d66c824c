//! Knowledge of files by sight.

use crate::cache::Cache;
use crate::digest::Digest;
use crate::files::{Known, Made, Recalled};
use crate::identity::{Identity, unix_ns};
use crate::key::Key;
use crate::open_regular::open_regular;
use crate::store::mark_as_used;
use crate::trust::Trust;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// An output that is in place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPlace {
    /// Its size.
    pub bytes: u64,
    /// The time it took to make, in nanoseconds.
    pub cost_ns: u64,
}

impl Cache {
    /// The digest of a file that was read before and can't have changed since.
    pub fn recall(&self, path: &Path, identity: &Identity) -> Option<Digest> {
        self.is_readable().then_some(())?;
        self.files.recall(&self.store, path, identity).map(|recalled| recalled.known.digest)
    }

    /// Reads a file for its digest, and notes it.
    ///
    /// # Errors
    ///
    /// Where it can't be read.
    pub fn read_digest(&self, path: &Path) -> io::Result<Digest> {
        let read_ns = unix_ns(SystemTime::now());
        // Before it is read: should it change meanwhile, it has another identity afterwards.
        let identity = Identity::at(path);
        let digest = Digest::of_large_file(path)?;
        if let Some(identity) = identity.filter(|_| self.is_readable()) {
            let last = self.files.last(&self.store, path, &identity);
            // It is what was made only as long as it is the same.
            let made = last.filter(|last| last.digest == digest).and_then(|last| last.made);
            self.files.note(&self.store, path, identity, read_ns, Known { digest, made });
        }
        Ok(digest)
    }

    /// The test that a file is what a key makes, as far as that is known without reading it; or, with `read`,
    /// by reading it. It then counts as a hit. A link never is: another user may have put it there, which is found out
    /// where it is written to.
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

    /// The digest of a file as it was last seen, where reading it gives the same. Another user's is written again: it
    /// may have the number of one that is gone.
    fn read_again(&self, path: &Path, identity: &Identity) -> Option<Recalled> {
        let known = self.files.last(&self.store, path, identity)?;
        known.made?;
        let file = open_regular(path, false, false).ok()?;
        Trust::Owner.check_owner(path, &file.metadata().ok()?).ok()?;
        let same = Digest::of_large(file).ok()? == known.digest;
        same.then_some(Recalled { known, stale: true })
    }

    /// Notes that a file is what a key made. It was written or compared after `since`, so that what
    /// others write meanwhile isn't taken for it.
    pub fn note_output(&self, path: &Path, key: &Key, digest: Digest, cost_ns: u64, since: SystemTime) {
        let read_ns = unix_ns(since);
        if let Some(identity) = Identity::at(path).filter(|_| self.is_readable()) {
            let made = Some(Made { key: key.digest(), cost_ns });
            self.files.note(&self.store, path, identity, read_ns, Known { digest, made });
        }
    }

    /// The key that made a file when it was last seen.
    pub(crate) fn made(&self, path: &Path) -> Option<Made> {
        self.is_readable().then_some(())?;
        self.files.last(&self.store, path, &Identity::at(path)?)?.made
    }
}
