//! A served component, whose artifact may be replaced while it serves.

mod cached_tier;
mod identity;
mod rank;
mod serves_alike;

use super::pool::Pool;
use super::version::Version;
use crate::args::Args;
use crate::failure::Failure;
use crate::serve_options::ServeOptions;
use cached_tier::{CachedTier, Looked};
use identity::Identity;
use precompile_runtime::artifact::Backend;
use precompile_runtime::{Program, Runtime, Tiered};
use serves_alike::serves_alike;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// A served component.
pub(super) struct Guest {
    path: PathBuf,
    /// The artifact that takes over as soon as it is there: faster code of the same component.
    tier: Option<PathBuf>,
    args: Arc<Args>,
    runtime: Arc<Runtime>,
    pool: Pool,
    now: RwLock<Arc<Tiered<Version>>>,
    files: Mutex<Files>,
}

/// The time after which a file that couldn't be opened is tried again: the system may lack descriptors or memory.
const AGAIN: Duration = Duration::from_secs(5);

/// The files as they were when they were last opened.
struct Files {
    /// The time to open one again.
    again: Option<Instant>,
    base: Option<Identity>,
    tier: Option<Identity>,
    /// The cache in which faster code may appear.
    cached: Option<CachedTier>,
}

impl Files {
    /// Notes that a file was opened, or refused. One that the system refused is opened again later.
    fn note(
        &mut self,
        opened: &Result<Change, Failure>,
        file: impl FnOnce(&mut Files) -> &mut Option<Identity>,
        identity: Option<Identity>,
    ) {
        match opened {
            Err(failure) if failure.is_own() => self.again = Some(Instant::now() + AGAIN),
            _ => *file(self) = identity,
        }
    }
}

/// A change of a guest's artifact.
pub(super) enum Change {
    /// New requests have another version.
    Replaced { old: Arc<Version>, backend: Backend },
    /// A file that changed is no such component. The old version goes on.
    Refused(Failure),
    /// Nothing has changed, for this reason.
    Noted(String),
}

impl Guest {
    /// Opens a component.
    ///
    /// # Errors
    ///
    /// If it can't be opened, is refused, or answers no requests.
    pub(super) fn open(
        runtime: &Arc<Runtime>,
        args: &Arc<Args>,
        path: PathBuf,
        tier: Option<PathBuf>,
        options: &ServeOptions,
    ) -> Result<Guest, Failure> {
        let cached = options.tier_from.as_deref().map(CachedTier::new);
        let pool = Pool(options.max_instances);
        // Before it is opened, so that a change meanwhile is seen.
        let files = Files { again: None, base: Identity::of(&path), tier: None, cached };
        let version = version(crate::open(runtime, &path, args.is_mapped)?, &path, args, pool)?;
        Ok(Guest {
            path,
            tier,
            args: Arc::clone(args),
            runtime: Arc::clone(runtime),
            pool,
            now: RwLock::new(tiered(version)),
            files: Mutex::new(files),
        })
    }

    /// The options of the guest.
    pub(super) fn args(&self) -> &Arc<Args> {
        &self.args
    }

    /// The version for a new request.
    pub(super) fn version(&self) -> Arc<Version> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).best()
    }

    /// Returns true if new requests have this version.
    pub(super) fn is_current(&self, version: &Arc<Version>) -> bool {
        Arc::ptr_eq(&self.version(), version)
    }

    /// Looks whether the files changed, and opens those that did.
    pub(super) fn look(&self) -> Vec<Change> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = Vec::new();
        if files.again.is_some_and(|again| Instant::now() < again) {
            return changes;
        }
        files.again = None;
        let base = Identity::of(&self.path);
        // A file that is gone is about to be replaced.
        if base.is_some() && base != files.base {
            let replaced = self.replace();
            if replaced.is_ok() {
                // The tiers are asked again whether they are of this component.
                files.tier = None;
                if let Some(cached) = &mut files.cached {
                    cached.forget();
                }
            }
            files.note(&replaced, |files| &mut files.base, base);
            changes.push(replaced.unwrap_or_else(Change::Refused));
        }
        if let Some(path) = &self.tier {
            let tier = Identity::of(path);
            if tier.is_some() && tier != files.tier {
                let opened = crate::open(&self.runtime, path, self.args.is_mapped);
                let promoted = opened.and_then(|program| self.promote(program, path));
                files.note(&promoted, |files| &mut files.tier, tier);
                changes.push(promoted.unwrap_or_else(Change::Refused));
            }
        }
        if let Some(cached) = &mut files.cached {
            self.look_into(cached, &mut changes);
        }
        changes
    }

    /// Looks whether faster code has appeared in a cache, and opens the fastest that can serve.
    fn look_into(&self, cached: &mut CachedTier, changes: &mut Vec<Change>) {
        let running = self.version();
        let looked = cached.look(running.program.manifest(), self.runtime.host());
        let Looked { found, failures, notes } = looked;
        changes.extend(notes.into_iter().map(Change::Noted));
        changes.extend(failures.into_iter().map(Change::Refused));
        for artifact in found {
            let Some(bytes) = cached.bytes(&artifact) else { continue };
            let opened = crate::open_read(&self.runtime, &artifact.path, &bytes);
            match opened.and_then(|program| self.promote(program, &artifact.path)) {
                Ok(change) => {
                    cached.note_use(&artifact);
                    changes.push(change);
                    break;
                }
                Err(failure) => {
                    if failure.is_own() {
                        cached.look_again();
                    }
                    changes.push(Change::Refused(failure));
                }
            }
        }
    }

    /// Opens the artifact that took the place of the old one.
    fn replace(&self) -> Result<Change, Failure> {
        let program = crate::open(&self.runtime, &self.path, self.args.is_mapped)?;
        let version = version(program, &self.path, &self.args, self.pool)?;
        let backend = version.backend();
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *now, tiered(version));
        Ok(Change::Replaced { old: old.best(), backend })
    }

    /// Has an artifact take over that was opened.
    fn promote(&self, program: Program, path: &Path) -> Result<Change, Failure> {
        let running = self.version();
        let (faster, running) = (program.manifest(), running.program.manifest());
        // A guest that can't be interrupted could take the place of one that can. Another component is refused below.
        if faster.source_blake3 == running.source_blake3 {
            serves_alike(faster, running, path)?;
        }
        let version = version(program.clone(), path, &self.args, self.pool)?;
        let backend = version.backend();
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let old = now.promote(&program, version);
        let old = old.map_err(|error| Failure::refused(path, error.code(), || error.to_string()))?;
        Ok(Change::Replaced { old, backend })
    }
}

/// A version that a faster one may replace.
fn tiered(version: Version) -> Arc<Tiered<Version>> {
    let program = version.program.clone();
    Arc::new(Tiered::new(&program, version))
}

/// The version of an artifact that was opened.
fn version(program: Program, path: &Path, args: &Args, pool: Pool) -> Result<Version, Failure> {
    args.limits.enforce(path, &program)?;
    #[cfg(feature = "trust")]
    args.demands.signatures.warn_of_unsigned(path, &program);
    Version::new(program, path, args, pool)
}
