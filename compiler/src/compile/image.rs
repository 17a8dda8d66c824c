//! What a backend makes of a module.

use crate::compile::compile_error::CompileError;
use crate::compile::function_names::without_names;
use crate::compile::options::Options;
use crate::compile::settings;
use precompile_artifact::manifest::Kind;
use precompile_artifact::{Backend, foreign, trailer};
use std::panic::{self, AssertUnwindSafe};
use wasmparser::WasmFeatures;
use wasmtime::Engine;

/// What a binary holds, by its first bytes.
///
/// # Errors
///
/// Says what it is instead of a module or a component.
pub(crate) fn kind(wasm: &[u8]) -> Result<Kind, CompileError> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let problem = match wasm {
        _ if wasm.starts_with(MODULE) => return Ok(Kind::Module),
        _ if wasm.starts_with(COMPONENT) => return Ok(Kind::Component),
        _ if !wasm.is_empty() && MODULE.starts_with(wasm) => "it is cut off",
        _ if wasm.starts_with(b"\0asm") => "it has an unknown version",
        _ if trailer::read_unverified(wasm).is_ok() => "it is compiled already: `precompile-run` runs it",
        _ if trailer::image(wasm).is_ok() => "it is compiled already, by wasmtime",
        _ if wasm.starts_with(b"\x7fELF") => "it is an ELF file, of machine code",
        _ => foreign(wasm).unwrap_or(
            "it starts neither with `\\0asm`, as a binary does, nor with `(`, as its text form does",
        ),
    };
    Err(CompileError::NotWasm(problem))
}

/// What wasmtime makes of a module or component, with these features stamped.
///
/// # Errors
///
/// The three that a backend causes: [`CompileError::Configure`], [`CompileError::Backend`] and
/// [`CompileError::Panic`]; and [`CompileError::NotWasm`].
pub(crate) fn image(options: &Options, stamped: WasmFeatures, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    image_by(&engine(options, stamped)?, options, wasm)
}

/// What an engine for these options makes of a module or component.
///
/// # Errors
///
/// As [`image`], without [`CompileError::Configure`].
pub(crate) fn image_by(engine: &Engine, options: &Options, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    let backend = options.backend;
    let kind = kind(wasm)?;
    let problem = |error| CompileError::Backend { backend, problem: format!("{error:#}") };
    let nameless = (!options.function_names).then(|| without_names(wasm)).transpose();
    let nameless = nameless.map_err(|error| CompileError::Backend { backend, problem: error.to_string() })?;
    let wasm = nameless.as_deref().unwrap_or(wasm);
    let run = || match kind {
        Kind::Module => engine.precompile_module(wasm),
        Kind::Component => engine.precompile_component(wasm),
    };
    catch_panic(backend, run)?.map_err(problem)
}

/// What compiles, with these features stamped.
///
/// # Errors
///
/// [`CompileError::Configure`].
pub(crate) fn engine(options: &Options, stamped: WasmFeatures) -> Result<Engine, CompileError> {
    let backend = options.backend;
    let configure = |error| CompileError::Configure { backend, problem: format!("{error:#}") };
    let config = settings::config(options, stamped).map_err(configure)?;
    Engine::new(&config).map_err(configure)
}

/// Runs a backend. Winch has some 130 places that panic on what it doesn't implement.
fn catch_panic<T>(backend: Backend, run: impl FnOnce() -> T) -> Result<T, CompileError> {
    // An engine that a panic could have left half-done is given to no other module.
    panic::catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let message = payload.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
        CompileError::Panic { backend, message: message.unwrap_or("no message").into() }
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
