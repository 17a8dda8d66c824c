//! The cache of `precompile` in which faster code of a component may appear.

use super::identity::Identity;
use super::rank::Rank;
use crate::failure::Failure;
use precompile_cache::{Digest, Error, Patience, Store};
use precompile_runtime::OtherSource;
use precompile_runtime::artifact::mismatch::mismatches;
use precompile_runtime::artifact::{Code, Host, Manifest, trailer};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The time after which a cache that couldn't be read is read again.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest time to wait for a process that holds the cache: other files are looked at meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// The cache of `precompile` in which faster code of a component may appear.
///
/// The cache lists the artifacts of a module in a file. A look asks for that file's metadata, and reads only where they
/// have changed.
pub(super) struct CachedTier {
    folder: PathBuf,
    /// The list as it was when it was last read.
    list: Option<Identity>,
    /// The time before which nothing is read.
    again: Option<Instant>,
    /// The artifacts that were judged, by the digests of their bytes.
    judged: HashSet<Digest>,
    /// The sentences of the last look, which aren't said twice.
    told: Vec<String>,
    /// The folder was looked for.
    is_awaited: bool,
}

/// An artifact in the cache that is faster than the one that runs.
pub(super) struct Found {
    /// The file that it was read from, for messages.
    pub(super) path: PathBuf,
    key: Digest,
    /// The digest of its bytes, which are read again: several artifacts may be found, and one is opened.
    digest: Digest,
    rank: Rank,
}

/// The result of a look.
#[derive(Default)]
pub(super) struct Looked {
    /// The artifacts that are faster than the one that runs, the fastest first.
    pub(super) found: Vec<Found>,
    /// The reasons why artifacts aren't used.
    pub(super) failures: Vec<Failure>,
    /// The reasons why the cache isn't.
    pub(super) notes: Vec<String>,
}

impl CachedTier {
    /// The cache in a folder, which needn't exist.
    pub(super) fn new(folder: &Path) -> CachedTier {
        CachedTier {
            folder: folder.into(),
            list: None,
            again: None,
            judged: HashSet::new(),
            told: Vec::new(),
            is_awaited: false,
        }
    }

    /// Judges all artifacts anew at the next look, as another one runs.
    pub(super) fn forget(&mut self) {
        self.list = None;
        self.judged.clear();
    }

    /// Judges all artifacts anew a while later.
    pub(super) fn look_again(&mut self) {
        self.forget();
        self.again = Some(Instant::now() + AGAIN);
    }

    /// The bytes of an artifact that was found. None if they aren't there any more: the cache is looked at again.
    pub(super) fn bytes(&mut self, found: &Found) -> Option<Vec<u8>> {
        let entry = self.store().entry(found.key).ok().flatten();
        let entry = entry.filter(|entry| entry.digest() == Some(found.digest));
        let bytes = entry.and_then(|entry| entry.read().ok());
        if bytes.is_none() {
            self.look_again();
        }
        bytes
    }

    /// Notes that an artifact is used, from when on the cache keeps it for its time.
    pub(super) fn note_use(&self, found: &Found) {
        self.store().note_use(found.key);
    }

    fn store(&self) -> Store {
        Store::new(&self.folder).waiting(Patience::new(PATIENCE, |_| {}))
    }

    /// Looks for artifacts that are faster than the one that runs. Each sentence about others is given once.
    pub(super) fn look(&mut self, running: &Manifest, host: &Host) -> Looked {
        if self.again.is_some_and(|again| Instant::now() < again) {
            return Looked::default();
        }
        self.again = None;
        // Made anew each time: who may write to the folders is checked again, too.
        let (store, group) = (self.store(), Digest::from(running.source_blake3));
        // Before it is read, so that a change meanwhile is seen.
        let list = Identity::of(&store.group_file(group));
        if list == self.list && self.is_awaited {
            return Looked::default();
        }
        self.list = list;
        let mut looked = match list {
            Some(_) => self.read(&store, group, running, host),
            None => self.absent(&store.group_file(group)),
        };
        self.is_awaited = true;
        let texts = looked.notes.iter().cloned().chain(looked.failures.iter().map(Failure::text)).collect();
        let told = mem::replace(&mut self.told, texts);
        looked.notes.retain(|note| !told.contains(note));
        looked.failures.retain(|failure| !told.contains(&failure.text()));
        looked
    }

    /// The result of a look where there is no list: it is said once that there is no cache, or that it can't be read.
    fn absent(&self, list: &Path) -> Looked {
        let mut looked = Looked::default();
        let folder = self.folder.display();
        match (list.try_exists(), self.folder.exists()) {
            _ if self.is_awaited => {}
            (Err(error), _) => looked.notes.push(format!("can't read the cache `{folder}`: {error}")),
            (Ok(_), false) => {
                looked
                    .notes
                    .push(format!("there is no cache `{folder}` yet, and what appears there is used"));
            }
            (Ok(_), true) => {}
        }
        looked
    }

    fn read(&mut self, store: &Store, group: Digest, running: &Manifest, host: &Host) -> Looked {
        let mut looked = Looked::default();
        match store.group(group) {
            Ok(keys) => {
                for key in keys {
                    match self.judge(store, key, running, host) {
                        Ok(found) => looked.found.extend(found),
                        Err(failure) => looked.failures.push(failure),
                    }
                }
            }
            Err(error) => {
                looked.notes.push(unusable(&error));
                self.look_again();
            }
        }
        // Of equals, the last stored stays the first.
        looked.found.sort_by_key(|found| Reverse(found.rank));
        looked
    }

    /// The artifact of an entry, if it is faster than the one that runs and serves alike.
    fn judge(
        &mut self,
        store: &Store,
        key: Digest,
        running: &Manifest,
        host: &Host,
    ) -> Result<Option<Found>, Failure> {
        let path = store.blob_file(key);
        let damaged = |why: String| Failure::refused(&path, Code::Digest, || why);
        let entry = match store.entry(key) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(None),
            Err(error) => {
                if !matches!(error, Error::Refused { .. }) {
                    self.look_again();
                }
                return Err(damaged(unusable(&error)));
            }
        };
        let Some(digest) = entry.digest().filter(|digest| !self.judged.contains(digest)) else {
            return Ok(None);
        };
        // The system may lack descriptors or memory for it.
        let bytes = entry.read().inspect_err(|_| self.look_again());
        let bytes = bytes.map_err(|error| damaged(error.to_string()))?;
        // Nothing is pruned while it exists.
        drop(entry);
        self.judged.insert(digest);
        let manifest = match trailer::read_unverified(&bytes) {
            Ok(trailer) => trailer.manifest,
            Err(error) => return Err(Failure::refused(&path, error.code(), || error.to_string())),
        };
        if manifest.source_blake3 != running.source_blake3 {
            return Err(Failure::refused(&path, OtherSource.code(), || OtherSource.to_string()));
        }
        let rank = Rank::of(&manifest);
        let fits = manifest.target == running.target && mismatches(&manifest, host).is_empty();
        if !fits || rank <= Rank::of(running) {
            return Ok(None);
        }
        Ok(Some(Found { path, key, digest, rank }))
    }
}

/// The reason why a cache, or an entry of it, isn't used.
fn unusable(error: &Error) -> String {
    match error {
        Error::Open { path } => format!(
            "other users can write to `{}`, so nothing of this cache runs: have `precompile cache clear` empty and \
             close it",
            path.display()
        ),
        Error::Theirs { path, user } => format!(
            "`{}` belongs to another user, number {user}, so nothing of this cache runs: name a cache of this user \
             or of root",
            path.display()
        ),
        error => error.to_string(),
    }
}
