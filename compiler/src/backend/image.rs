//! The image that a backend makes of a module.

use crate::backend::config;
use crate::backend::error::BackendError;
use crate::module::function_names::without_names;
use crate::options::Options;
use precompile_artifact::Backend;
use std::panic::{self, AssertUnwindSafe};
use wasmparser::{Parser, WasmFeatures};
use wasmtime::Engine;

/// The image of a module or component, with these features stamped.
///
/// # Errors
///
/// Any [`BackendError`].
pub(crate) fn image(options: &Options, stamped: WasmFeatures, wasm: &[u8]) -> Result<Vec<u8>, BackendError> {
    image_by(&engine(options, stamped)?, options, wasm)
}

/// The image that an engine for these options makes of a module or component.
///
/// # Errors
///
/// As [`image`], without [`BackendError::Configure`].
pub(crate) fn image_by(engine: &Engine, options: &Options, wasm: &[u8]) -> Result<Vec<u8>, BackendError> {
    let backend = options.backend;
    let failed = |problem| BackendError::Failed { backend, problem };
    let nameless = (!options.function_names).then(|| without_names(wasm)).transpose();
    let nameless = nameless.map_err(|error| failed(error.to_string()))?;
    let wasm = nameless.as_deref().unwrap_or(wasm);
    let run = || match Parser::is_component(wasm) {
        true => engine.precompile_component(wasm),
        false => engine.precompile_module(wasm),
    };
    catch_panic(backend, run)?.map_err(|error| failed(format!("{error:#}")))
}

/// The engine that compiles by these options, with these features stamped.
///
/// # Errors
///
/// [`BackendError::Configure`].
pub(crate) fn engine(options: &Options, stamped: WasmFeatures) -> Result<Engine, BackendError> {
    let backend = options.backend;
    let configure = |error| BackendError::Configure { backend, problem: format!("{error:#}") };
    let config = config::config(options, stamped).map_err(configure)?;
    Engine::new(&config).map_err(configure)
}

/// Runs a backend, whose panic is an error: Winch has some 130 places that panic on what it doesn't implement.
fn catch_panic<T>(backend: Backend, run: impl FnOnce() -> T) -> Result<T, BackendError> {
    // An engine whose state a panic may have left inconsistent is used for no other module.
    panic::catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let message = payload.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
        BackendError::Panic { backend, message: message.unwrap_or("no message").into() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panic of a backend comes out as an error, whichever kind of payload it has.
    #[test]
    fn a_panic_is_an_error() {
        let message = |run: fn()| catch_panic(Backend::Winch, run).unwrap_err().to_string();
        let expected = "winch panicked while compiling it: not implemented: 7; use `--backend cranelift`";
        assert_eq!(message(|| panic!("not implemented: {}", 7)), expected);
        assert!(message(|| panic!("plain")).contains("plain"));
        assert!(message(|| panic::panic_any(7)).contains("no message"));
    }
}
