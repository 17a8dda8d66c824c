//! The runtime, which opens artifacts.

use crate::config::RuntimeConfig;
use crate::engine::EngineKey;
use crate::host::host;
use crate::lock::Lock;
use crate::open_error::OpenError;
use alloc::sync::Arc;
use alloc::vec::Vec;
use precompile_artifact::mismatch::{equivalent, mismatches};
use precompile_artifact::{Host, Manifest};
use wasmtime::Engine;

/// The runtime, which opens artifacts. It has one engine for all artifacts that can share one.
#[derive(Debug)]
pub struct Runtime {
    pub(crate) config: RuntimeConfig,
    host: Host,
    /// The engines so far. There are few, so a list is as good as a map.
    engines: Lock<Vec<Known>>,
}

/// An engine, and the first artifact that needed it.
#[derive(Debug)]
struct Known {
    engine: Engine,
    /// The manifest of that artifact. Equivalent artifacts fit as well, and others may need the same engine.
    first: Arc<Manifest>,
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

    /// A runtime for this machine with a configuration.
    pub fn with_config(config: RuntimeConfig) -> Runtime {
        let host = host(&config);
        Runtime { config, host, engines: Lock::default() }
    }

    /// The description of this host: what the machine and this build offer to artifacts, and demand of them.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Increments the epoch of every engine, which interrupts artifacts that were compiled with epoch interruption.
    /// Each engine has its own epoch, so a timer must call this.
    ///
    /// On CPUs without 64-bit atomics there are no epochs, and wasmtime refuses such artifacts.
    #[cfg(target_has_atomic = "64")]
    pub fn increment_epoch(&self) {
        self.engines.with(|engines| engines.iter().for_each(|known| known.engine.increment_epoch()));
    }

    /// The engine for an artifact, made if there is none yet. An artifact that doesn't fit this host is an error.
    pub(crate) fn engine_for(&self, manifest: &Arc<Manifest>) -> Result<Engine, OpenError> {
        let find_alike = |engines: &mut Vec<Known>| {
            let known = engines.iter().find(|known| equivalent(&known.first, manifest, &self.host));
            known.map(|known| known.engine.clone())
        };
        if let Some(engine) = self.engines.with(find_alike) {
            return Ok(engine);
        }
        let mismatches = mismatches(manifest, &self.host);
        if !mismatches.is_empty() {
            return Err(OpenError::Mismatch(mismatches));
        }
        let key = EngineKey::of(manifest);
        let find = |engines: &mut Vec<Known>| {
            engines.iter().find(|known| EngineKey::of(&known.first) == key).map(|known| known.engine.clone())
        };
        if let Some(engine) = self.engines.with(find) {
            return Ok(engine);
        }
        // Made without the lock, so another thread may be faster.
        let engine = key.engine(&self.config).map_err(OpenError::Wasmtime)?;
        Ok(self.engines.with(|engines| match find(engines) {
            Some(first) => first,
            None => {
                engines.push(Known { engine: engine.clone(), first: Arc::clone(manifest) });
                engine
            }
        }))
    }
}
