//! A served component, whose artifact may be replaced while it serves.

mod identity;

use super::version::Version;
use crate::args::Args;
use crate::failure::Failure;
use identity::Identity;
use precompile_runtime::artifact::Backend;
use precompile_runtime::{Runtime, Tiered};
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
    ) -> Result<Guest, Failure> {
        // Before it is opened, so that a change meanwhile is seen.
        let files = Files { again: None, base: Identity::of(&path), tier: None };
        let version = version(runtime, args, &path)?;
        Ok(Guest {
            path,
            tier,
            args: Arc::clone(args),
            runtime: Arc::clone(runtime),
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
                // The tier's file is asked again whether it is of this component.
                files.tier = None;
            }
            files.note(&replaced, |files| &mut files.base, base);
            changes.push(replaced.unwrap_or_else(Change::Refused));
        }
        let Some(path) = &self.tier else { return changes };
        let tier = Identity::of(path);
        if tier.is_some() && tier != files.tier {
            let promoted = self.promote(path);
            files.note(&promoted, |files| &mut files.tier, tier);
            changes.push(promoted.unwrap_or_else(Change::Refused));
        }
        changes
    }

    /// Opens the artifact that took the place of the old one.
    fn replace(&self) -> Result<Change, Failure> {
        let version = version(&self.runtime, &self.args, &self.path)?;
        let backend = version.backend();
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *now, tiered(version));
        Ok(Change::Replaced { old: old.best(), backend })
    }

    /// Opens the artifact that is to take over.
    fn promote(&self, path: &Path) -> Result<Change, Failure> {
        let version = version(&self.runtime, &self.args, path)?;
        let (backend, program) = (version.backend(), version.program.clone());
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

/// Opens a version.
fn version(runtime: &Runtime, args: &Args, path: &Path) -> Result<Version, Failure> {
    let program = crate::open(runtime, path, args.is_mapped)?;
    args.limits.enforce(path, &program)?;
    #[cfg(feature = "trust")]
    args.demands.signatures.warn_of_unsigned(path, &program);
    Version::new(program, path, args)
}
