//! A module or component in, an artifact out.

use crate::features::{self, UnsupportedFeatures};
use crate::options::Options;
use crate::restamp;
use crate::stamp::StampError;
use crate::target::PairError;
use crate::{interface, memories, needs, settings};
use precompile_artifact::Backend;
use precompile_artifact::features::{CONCURRENT, names};
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::trailer::{self, ReadError};
use std::panic::{self, AssertUnwindSafe};
use thiserror::Error;
use wasmparser::{BinaryReaderError, WasmFeatures};

/// The version of wasmtime that compiles. `wasmtime-environ` is pinned to it.
pub const WASMTIME_VERSION: &str = wasmtime_environ::VERSION;

/// Why a module was not compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// The input is something else than a WebAssembly binary.
    #[error("not a WebAssembly binary: {0}")]
    NotWasm(&'static str),
    /// The module or component is malformed.
    #[error("not valid WebAssembly: {0}")]
    Malformed(#[from] BinaryReaderError),
    /// The backend makes no code for the target.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// The processor was read for another target.
    #[error("CPU feature `{name}` is none of `{target}`'s")]
    Cpu {
        /// The feature.
        name: &'static str,
        /// The target's triple.
        target: String,
    },
    /// The backend doesn't support what the module uses.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedFeatures),
    /// Wasmtime refuses the configuration.
    #[error("can't configure {backend}: {problem}")]
    Configure {
        /// The backend.
        backend: Backend,
        /// What wasmtime says.
        problem: String,
    },
    /// The module is invalid, or beyond what the backend can do.
    #[error("{backend} can't compile it: {problem}")]
    Backend {
        /// The backend.
        backend: Backend,
        /// What wasmtime says.
        problem: String,
    },
    /// The backend has a bug, or a limit that it doesn't report as one.
    #[error("{backend} panicked while compiling it: {message}{}", other_backend(*backend))]
    Panic {
        /// The backend.
        backend: Backend,
        /// The panic's message.
        message: String,
    },
    /// Wasmtime wrote something else than what this version of it is known to write.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The image can't carry a trailer.
    #[error("the compiled image is not as expected: {0}")]
    Trailer(#[from] ReadError),
}

fn other_backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Winch if cfg!(feature = "cranelift") => "; use `--backend cranelift`",
        _ => "",
    }
}

/// Compiles a core module or a component, in binary form. The same input and options give the same
/// bytes.
///
/// For a component that uses the component model's concurrency, the contract's
/// [`concurrency_support`](crate::Contract::concurrency_support) is turned on.
///
/// # Errors
///
/// Any [`CompileError`]; a panic of the backend is one of them.
pub fn compile(options: &Options, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    let kind = kind(wasm)?;
    options.target.check(options.backend, options.platform)?;
    if let Some(name) = options.cpu.names().find(|name| options.target.family().feature(name).is_none()) {
        return Err(CompileError::Cpu { name, target: options.target.to_string() });
    }
    let used = needs::used(wasm)?;
    let stamped = features::stamped(used, options.backend, &options.target)?;
    let options = &concurrent(options, stamped);
    let interface = interface::read(wasm)?;
    let mut artifact = catch_panic(options.backend, || image(options, stamped, kind, wasm))??;
    restamp::restamp(&mut artifact, options, stamped)?;
    let manifest = Manifest {
        kind,
        backend: options.backend,
        platform: options.platform,
        target: options.target.to_string(),
        cpu_features: options.cpu.names().map(String::from).collect(),
        opt_level: (options.backend == Backend::Cranelift).then_some(options.opt_level),
        wasmtime_version: WASMTIME_VERSION.into(),
        precompile_version: env!("CARGO_PKG_VERSION").into(),
        source_blake3: blake3::hash(wasm).into(),
        features_stamped: names(stamped),
        features_used: names(used),
        imports: interface.imports,
        exports: interface.exports,
        settings: options.contract.clone(),
        memories: Some(memories::read(wasm)?),
    };
    trailer::append(&mut artifact, &manifest)?;
    Ok(artifact)
}

/// Wasmtime refuses the component model's concurrency where its support is off, as it is by default.
fn concurrent(options: &Options, stamped: WasmFeatures) -> Options {
    let mut options = options.clone();
    options.contract.concurrency_support |= stamped.intersects(CONCURRENT);
    options
}

/// What wasmtime makes of the module or component.
fn image(options: &Options, stamped: WasmFeatures, kind: Kind, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    let backend = options.backend;
    let configure = |error| CompileError::Configure { backend, problem: format!("{error:#}") };
    let config = settings::config(options, stamped).map_err(configure)?;
    let engine = wasmtime::Engine::new(&config).map_err(configure)?;
    let problem = |error| {
        let mut problem = format!("{error:#}");
        // Winch's words for SIMD on the baseline of x86-64, which names no way out.
        if problem.contains("for CPUs without AVX") {
            problem += "; use `--cpu x86-64-v3`, or `--backend cranelift`";
        }
        CompileError::Backend { backend, problem }
    };
    match kind {
        Kind::Module => engine.precompile_module(wasm),
        Kind::Component => engine.precompile_component(wasm),
    }
    .map_err(problem)
}

/// Runs a backend. Winch has some 130 places that panic on what it doesn't implement.
fn catch_panic<T>(backend: Backend, run: impl FnOnce() -> T) -> Result<T, CompileError> {
    // Nothing that a panic could leave half-done outlives the call.
    panic::catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let message = payload.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
        CompileError::Panic { backend, message: message.unwrap_or("no message").into() }
    })
}

fn kind(wasm: &[u8]) -> Result<Kind, CompileError> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let problem = match wasm {
        [] => "it is empty",
        _ if wasm.starts_with(MODULE) => return Ok(Kind::Module),
        _ if wasm.starts_with(COMPONENT) => return Ok(Kind::Component),
        _ if wasm.starts_with(b"\0asm") => "it has an unknown version",
        _ if wasm.starts_with(b"\x7fELF") => "it is an ELF file, perhaps compiled already",
        _ if wasm.trim_ascii_start().starts_with(b"(") => {
            "it is text; assemble it first, with `wat2wasm` or `wasm-tools parse`"
        }
        _ => "it doesn't start with `\\0asm`",
    };
    Err(CompileError::NotWasm(problem))
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
