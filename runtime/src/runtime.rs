//! A host for artifacts, with its engines.

use crate::config::RuntimeConfig;
use crate::engine::EngineKey;
use crate::host::host;
use crate::open_error::OpenError;
use precompile_artifact::mismatch::mismatches;
use precompile_artifact::{Host, Manifest};
use std::sync::{Mutex, MutexGuard, PoisonError};
use wasmtime::Engine;

/// Opens artifacts, and keeps one engine for all that can share one.
#[derive(Debug)]
pub struct Runtime {
    config: RuntimeConfig,
    host: Host,
    /// A handful at most, so a list is as good as a map.
    engines: Mutex<Vec<(EngineKey, Engine)>>,
}

impl Default for Runtime {
    fn default() -> Runtime {
        Runtime::new()
    }
}

impl Runtime {
    /// A runtime for this machine, with no engine yet.
    pub fn new() -> Runtime {
        Runtime::with_config(RuntimeConfig::default())
    }

    /// A runtime for this machine that is set up otherwise than by default.
    pub fn with_config(config: RuntimeConfig) -> Runtime {
        let host = host(config.policy());
        Runtime { config, host, engines: Mutex::default() }
    }

    /// What this machine and this build offer to an artifact, and demand of it.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Increments the epoch of every engine, which interrupts artifacts that were compiled with
    /// epoch interruption. Epochs count per engine, so this is what a timer must call.
    pub fn increment_epoch(&self) {
        for (_, engine) in self.engines().iter() {
            engine.increment_epoch();
        }
    }

    /// The engine for an artifact that fits this host, made if there is none yet.
    pub(crate) fn engine_for(&self, manifest: &Manifest) -> Result<Engine, OpenError> {
        let mismatches = mismatches(manifest, &self.host);
        if !mismatches.is_empty() {
            return Err(OpenError::Mismatch(mismatches));
        }
        let key = EngineKey::of(manifest);
        let mut engines = self.engines();
        if let Some((_, engine)) = engines.iter().find(|(other, _)| *other == key) {
            return Ok(engine.clone());
        }
        let engine = key.engine(&self.config).map_err(OpenError::Wasmtime)?;
        engines.push((key, engine.clone()));
        Ok(engine)
    }

    fn engines(&self) -> MutexGuard<'_, Vec<(EngineKey, Engine)>> {
        // A panic while the lock was held left the list as it was.
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
