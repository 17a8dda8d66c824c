//! A module or component in, an artifact out.

use crate::compile::compile_error::CompileError;
use crate::compile::compiled::{Compiled, Stopwatch, Timings};
use crate::compile::engines::Engines;
use crate::compile::image::{image_by, kind};
use crate::compile::options::Options;
use crate::compile::second_attempt::with_fallback;
use crate::compile::text::{self, is_text};
use crate::compile::{features, interface, limits, memories, needs, object, restamp};
use precompile_artifact::Backend;
use precompile_artifact::features::{CONCURRENT, WasmFeatures, names};
use precompile_artifact::manifest::Manifest;
use precompile_artifact::trailer;
use std::borrow::Cow;

/// The version of wasmtime that compiles. `wasmtime-environ` is pinned to it.
pub const WASMTIME_VERSION: &str = wasmtime_environ::VERSION;

/// What compiles a module by one backend: [`attempt`], or what has it done in another process.
pub type Attempt<'a> = dyn Fn(&Options, &[u8]) -> Result<Compiled, CompileError> + Send + Sync + 'a;

/// Compiles a core module or a component, in binary or in text form. The same input and options
/// give the same bytes.
///
/// For a component that uses the component model's concurrency, the contract's
/// [`concurrency_support`](crate::Contract::concurrency_support) is turned on.
///
/// # Errors
///
/// Any [`CompileError`]; a panic of the backend is one of them. Where there is a fallback, and it
/// fails as well, its error.
pub fn compile(options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    compile_by(&attempt, options, module)
}

/// Compiles like [`compile`], where `attempt` does the work.
///
/// # Errors
///
/// As [`compile`].
pub fn compile_by(attempt: &Attempt<'_>, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    let (compiled, limit) =
        with_fallback(options, CompileError::is_limit, |options| attempt(options, module))?;
    Ok(Compiled { fallback_from: limit.map(Box::new), ..compiled })
}

/// The binary form of a module.
fn binary(module: &[u8]) -> Result<Cow<'_, [u8]>, CompileError> {
    match is_text(module) {
        true => text::binary(module).map(Cow::Owned),
        false => Ok(Cow::Borrowed(module)),
    }
}

/// Compiles like [`compile`], but by no other backend where this one can't.
///
/// # Errors
///
/// As [`compile`].
pub fn attempt(options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    attempt_with(&Engines::default(), options, module)
}

/// Compiles like [`attempt`], with engines that are kept for the next module.
///
/// # Errors
///
/// As [`compile`].
pub fn attempt_with(engines: &Engines, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    options.check()?;
    let wasm = &*binary(module)?;
    let mut timings = Timings::default();
    let mut watch = Stopwatch::start();
    let kind = kind(wasm)?;
    let used = needs::used(wasm, options.parallel)?;
    let stamped = stamped(options, wasm, used)?;
    let options = &concurrent(options, stamped);
    let interface = interface::read(wasm)?;
    object::refuse(wasm, &interface.imports)?;
    timings.scan = watch.lap();
    let compiled = engines.with(options, stamped, |engine| image_by(engine, options, wasm));
    let mut artifact = compiled.map_err(|error| limits::explain(options, stamped, wasm, error))?;
    timings.compile = watch.lap();
    restamp::restamp(&mut artifact, options, stamped)?;
    let manifest = Manifest {
        kind,
        backend: options.backend,
        platform: options.platform,
        target: options.target.to_string(),
        cpu_features: options.cpu.names().collect(),
        opt_level: (options.backend == Backend::Cranelift).then_some(options.opt_level),
        wasmtime_version: WASMTIME_VERSION.into(),
        precompile_version: env!("CARGO_PKG_VERSION").into(),
        source_blake3: blake3::hash(wasm).into(),
        features_stamped: names(stamped).iter().collect(),
        features_used: names(used).iter().collect(),
        imports: interface.imports,
        exports: interface.exports,
        settings: options.contract.clone(),
        memories: Some(memories::read(wasm)?),
    };
    trailer::append(&mut artifact, &manifest)?;
    timings.finish = watch.lap();
    let (backend, target) = (options.backend, options.target.clone());
    Ok(Compiled { artifact, backend, target, fallback_from: None, timings })
}

/// The features to stamp for what the module uses.
fn stamped(options: &Options, wasm: &[u8], used: WasmFeatures) -> Result<WasmFeatures, CompileError> {
    let turned_off = used.intersection(options.proposals.forbidden());
    if !turned_off.is_empty() {
        let place = limits::locate(wasm, turned_off).map(|(place, _)| place);
        return Err(CompileError::TurnedOff { proposals: names(turned_off), place });
    }
    features::stamped(used, options).map_err(|lacking| limits::lacking(options, wasm, used, lacking))
}

/// Wasmtime refuses the component model's concurrency where its support is off, as it is by default.
pub(crate) fn concurrent(options: &Options, stamped: WasmFeatures) -> Options {
    let mut options = options.clone();
    options.contract.concurrency_support |= stamped.intersects(CONCURRENT);
    options
}
