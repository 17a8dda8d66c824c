//! The engines that compile, kept for later modules.

use crate::backend::error::BackendError;
use crate::backend::image::engine;
use crate::options::Options;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wasmparser::WasmFeatures;
use wasmtime::Engine;

/// The number of engines that are kept, more than a build has targets and backends: the oldest makes room.
const MAX_ENGINES: usize = 32;

/// The engines that compile, one for each pair of options and features. An engine is made in microseconds, but its
/// allocations for one function serve the next, also in another module.
#[derive(Default)]
pub(crate) struct Engines {
    /// The engines: a handful at most, so a list is as good as a map.
    known: Mutex<Vec<(Options, WasmFeatures, Engine)>>,
}

impl Engines {
    /// Calls `compile` with the engine for these options and features, which is made if there is none yet. An engine
    /// that panicked is used for no other module: its state may be inconsistent.
    ///
    /// # Errors
    ///
    /// [`BackendError::Configure`], and any error of `compile`.
    pub(crate) fn with<T>(
        &self,
        options: &Options,
        stamped: WasmFeatures,
        compile: impl FnOnce(&Engine) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        let engine = self.get(options, stamped)?;
        let result = compile(&engine);
        if let Err(BackendError::Panic { .. }) = result {
            self.known().retain(|(.., known)| !Engine::same(known, &engine));
        }
        result
    }

    fn get(&self, options: &Options, stamped: WasmFeatures) -> Result<Engine, BackendError> {
        let find = |(known, features, _): &&(Options, WasmFeatures, Engine)| {
            (known, *features) == (options, stamped)
        };
        let mut all = self.known();
        if let Some((_, _, engine)) = all.iter().find(find) {
            return Ok(engine.clone());
        }
        let engine = engine(options, stamped)?;
        if all.len() == MAX_ENGINES {
            all.remove(0);
        }
        all.push((options.clone(), stamped, engine.clone()));
        Ok(engine)
    }

    fn known(&self) -> MutexGuard<'_, Vec<(Options, WasmFeatures, Engine)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engines").field("known", &self.known().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_artifact::{Backend, Platform};

    #[test]
    fn equal_options_and_features_share_an_engine() {
        let options = Options::new(Backend::Cranelift, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        let engines = Engines::default();
        let get = |options: &Options, features| {
            engines.with(options, features, |engine| Ok(engine.clone())).unwrap()
        };
        let first = get(&options, WasmFeatures::FLOATS);
        assert!(Engine::same(&first, &get(&options, WasmFeatures::FLOATS)));
        let simd = get(&options, WasmFeatures::FLOATS | WasmFeatures::SIMD);
        let slow = get(&Options { parallel: false, ..options.clone() }, WasmFeatures::FLOATS);
        assert!(!Engine::same(&first, &simd) && !Engine::same(&first, &slow));
        let panic = |_: &Engine| {
            Err::<(), _>(BackendError::Panic { backend: Backend::Cranelift, message: String::new() })
        };
        assert!(engines.with(&options, WasmFeatures::FLOATS, panic).is_err());
        assert!(!Engine::same(&first, &get(&options, WasmFeatures::FLOATS)));
    }
}
