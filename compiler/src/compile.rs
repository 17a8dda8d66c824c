//! A module in, an artifact out.

use crate::limits::{self, Limit, Place};
use crate::options::{Options, OptionsError};
use crate::restamp;
use crate::stamp::StampError;
use crate::target::Target;
use crate::{features, interface, needs, settings};
use precompile_artifact::Backend;
use precompile_artifact::features::names;
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::trailer::{self, ReadError};
use std::borrow::Cow;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};
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
    /// The text form doesn't parse.
    #[error("{0}")]
    Text(String),
    /// The module is malformed or invalid.
    #[error("not a valid module: {0}")]
    Malformed(#[from] BinaryReaderError),
    /// The options don't go together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The module is valid, and beyond what the backend can do.
    #[error(transparent)]
    Limit(#[from] Box<Limit>),
    /// The module uses proposals that the options turn off.
    #[error("{}; turn it on, or build the module without it", turned_off(proposals, place.as_ref()))]
    TurnedOff {
        /// Their names.
        proposals: Vec<String>,
        /// Where the module first uses one.
        place: Option<Place>,
    },
    /// Wasmtime refuses the configuration.
    #[error("can't configure {backend}: {problem}")]
    Configure {
        /// The backend.
        backend: Backend,
        /// What wasmtime says.
        problem: String,
    },
    /// The backend can't compile it, and no single function is the reason.
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

impl CompileError {
    /// Whether the module is valid and another backend may compile it.
    pub fn is_limit(&self) -> bool {
        matches!(self, CompileError::Limit(_) | CompileError::Panic { .. })
    }
}

fn turned_off(proposals: &[String], place: Option<&Place>) -> String {
    let who = place.map_or("the module".into(), Place::subject);
    let at = place.map_or(String::new(), Place::locator);
    format!("{who} uses `{}`{at}, which is turned off", proposals.join("`, `"))
}

fn other_backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Winch if cfg!(feature = "cranelift") => "; use `--backend cranelift`",
        _ => "",
    }
}

/// What came of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The artifact, to be written to a file.
    pub artifact: Vec<u8>,
    /// The backend that compiled it: the fallback's, where that stepped in.
    pub backend: Backend,
    /// The target that it is for.
    pub target: Target,
    /// What the backend that was asked for can't do, where a fallback stepped in.
    pub fallback_from: Option<Box<CompileError>>,
    /// How long each phase took.
    pub timings: Timings,
}

/// How long each phase of a compilation took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// Finding out what the module needs.
    pub scan: Duration,
    /// The backend.
    pub compile: Duration,
    /// Restamping, and making the trailer.
    pub finish: Duration,
}

/// Compiles a module, in binary or in text form. The same module and options give the same bytes.
///
/// # Errors
///
/// Any [`CompileError`]; a panic of the backend is one of them. Where there is a fallback, and it
/// fails as well, its error.
pub fn compile(options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    options.check()?;
    let wasm = binary(module)?;
    let error = match compile_once(options, &wasm) {
        Err(error) if error.is_limit() => error,
        result => return result,
    };
    match options.fallback.map(|fallback| fallback.options(options)).transpose()?.flatten() {
        Some(second) => {
            let compiled = compile_once(&second, &wasm)?;
            Ok(Compiled { fallback_from: Some(Box::new(error)), ..compiled })
        }
        None => Err(error),
    }
}

/// The binary form of a module.
fn binary(module: &[u8]) -> Result<Cow<'_, [u8]>, CompileError> {
    match module.trim_ascii_start() {
        // Text starts with a parenthesis or a comment.
        [b'(' | b';', ..] => {
            Ok(wat::parse_bytes(module).map_err(|error| CompileError::Text(error.to_string()))?)
        }
        _ => Ok(Cow::Borrowed(module)),
    }
}

fn compile_once(options: &Options, wasm: &[u8]) -> Result<Compiled, CompileError> {
    let mut timings = Timings::default();
    let mut watch = Stopwatch::default();
    check_magic(wasm)?;
    let used = needs::used(wasm)?;
    let turned_off = used.intersection(options.proposals.forbidden());
    if !turned_off.is_empty() {
        let place = limits::locate(wasm, turned_off).map(|(place, _)| place);
        return Err(CompileError::TurnedOff { proposals: names(turned_off), place });
    }
    let stamped = features::stamped(used, options)
        .map_err(|lacking| limits::lacking(options, wasm, used, lacking))?;
    let interface = interface::read(wasm)?;
    timings.scan = watch.lap();
    let mut artifact =
        attempt(options, stamped, wasm).map_err(|error| limits::explain(options, stamped, wasm, error))?;
    timings.compile = watch.lap();
    restamp::restamp(&mut artifact, options, stamped)?;
    let manifest = Manifest {
        kind: Kind::Module,
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
        memories: None,
    };
    trailer::append(&mut artifact, &manifest)?;
    timings.finish = watch.lap();
    let (backend, target) = (options.backend, options.target.clone());
    Ok(Compiled { artifact, backend, target, fallback_from: None, timings })
}

/// Measures one phase after the other.
struct Stopwatch(Instant);

impl Default for Stopwatch {
    fn default() -> Stopwatch {
        Stopwatch(Instant::now())
    }
}

impl Stopwatch {
    /// The time since the last lap.
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}

/// What wasmtime makes of the module, with these features stamped.
///
/// # Errors
///
/// The three that a backend causes: [`CompileError::Configure`], [`CompileError::Backend`] and
/// [`CompileError::Panic`].
pub(crate) fn attempt(
    options: &Options,
    stamped: WasmFeatures,
    wasm: &[u8],
) -> Result<Vec<u8>, CompileError> {
    let backend = options.backend;
    let configure = |error| CompileError::Configure { backend, problem: format!("{error:#}") };
    let config = settings::config(options, stamped).map_err(configure)?;
    let engine = wasmtime::Engine::new(&config).map_err(configure)?;
    let problem = |error| CompileError::Backend { backend, problem: format!("{error:#}") };
    catch_panic(backend, || engine.precompile_module(wasm).map_err(problem))?
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

fn check_magic(wasm: &[u8]) -> Result<(), CompileError> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let problem = match wasm {
        [] => "it is empty",
        _ if wasm.starts_with(MODULE) => return Ok(()),
        _ if wasm.starts_with(COMPONENT) => "it is a component, and only core modules can be compiled",
        _ if wasm.starts_with(b"\0asm") => "it has an unknown version",
        _ if wasm.starts_with(b"\x7fELF") => "it is an ELF file, perhaps compiled already",
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
