//! The attempt to compile a module by one backend.

use crate::backend::engines::Engines;
use crate::backend::error::BackendError;
use crate::backend::features::{self, with_concurrency};
use crate::backend::image::image_by;
use crate::backend::restamp::restamp;
use crate::backend::unsupported::{self, Unsupported};
use crate::compile::compiled::{Compiled, Stopwatch, Timings};
use crate::compile::error::CompileError;
use crate::module::interface;
use crate::module::kind::kind;
use crate::module::needs::{self, Scan};
use crate::module::object::is_object;
use crate::module::text::{self, is_text};
use crate::options::Options;
use crate::options::support::SUPPORTED;
use crate::version::WASMTIME_VERSION;
use precompile_artifact::Backend;
use precompile_artifact::features::{WasmFeatures, names};
use precompile_artifact::manifest::Manifest;
use precompile_artifact::trailer;
use std::borrow::Cow;
use wasmparser::{Parser, Validator};

/// The binary form of a module or component: the bytes themselves, or what a text parses to. It isn't validated.
///
/// # Errors
///
/// [`CompileError::Text`].
pub fn binary(module: &[u8]) -> Result<Cow<'_, [u8]>, CompileError> {
    match is_text(module) {
        true => Ok(Cow::Owned(text::binary(module)?)),
        false => Ok(Cow::Borrowed(module)),
    }
}

/// Compiles by one backend, with the engines of earlier modules.
///
/// # Errors
///
/// Any [`CompileError`].
pub(crate) fn attempt(engines: &Engines, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
    options.check()?;
    let wasm = &*binary(module)?;
    let mut timings = Timings::default();
    let mut watch = Stopwatch::start();
    let kind = kind(wasm)?;
    let Scan { features: used, memories } = needs::scan(wasm, options.parallel)?;
    let stamped = stamped(options, wasm, used)?;
    let interface = interface::read(wasm)?;
    let options = &with_concurrency(options, stamped, &interface.imports);
    if is_object(wasm, &interface.imports) {
        return Err(CompileError::Object);
    }
    timings.scan = watch.lap();
    let compiled = engines.with(options, stamped, |engine| image_by(engine, options, wasm));
    let mut artifact = compiled.map_err(|error| explained(options, stamped, wasm, error))?;
    timings.compile = watch.lap();
    restamp(&mut artifact, options, stamped)?;
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
        memories: Some(memories),
    };
    trailer::append(&mut artifact, &manifest)?;
    timings.finish = watch.lap();
    let (backend, target) = (options.backend, options.target.clone());
    let manifest = Box::new(manifest);
    Ok(Compiled { artifact, manifest, backend, target, fallback_from: None, timings })
}

/// The features to stamp for a module that uses `used`.
fn stamped(options: &Options, wasm: &[u8], used: WasmFeatures) -> Result<WasmFeatures, CompileError> {
    let turned_off = used.intersection(options.proposals.forbidden());
    if !turned_off.is_empty() {
        let place = unsupported::locate(wasm, turned_off).map(|(place, _)| place);
        return Err(CompileError::TurnedOff { proposals: names(turned_off), place });
    }
    features::stamped(used, options).map_err(|lacking| refusal(options, wasm, used, lacking))
}

/// The error for a module that uses the proposals `used`, of which its backend lacks `lacking`.
fn refusal(options: &Options, wasm: &[u8], used: WasmFeatures, lacking: WasmFeatures) -> CompileError {
    if let Err(error) = Validator::new_with_features(used).validate_all(wasm) {
        return error.into();
    }
    // A component that is valid only with unfinished proposals is faulty: the validator finds the place.
    if Parser::is_component(wasm)
        && let finished = SUPPORTED | WasmFeatures::STACK_SWITCHING
        && let Err(error) = Validator::new_with_features(finished).validate_all(wasm)
    {
        return error.into();
    }
    Box::new(Unsupported::proposals(options, wasm, used, lacking)).into()
}

/// The error for a module whose compilation failed with `error`: an invalid module, a part that the backend can't
/// compile, or else `error` itself.
fn explained(options: &Options, stamped: WasmFeatures, wasm: &[u8], error: BackendError) -> CompileError {
    // Wasmtime decodes a component before a backend compiles it, and can't decode some of them.
    const PARSED: &str = "failed to parse WebAssembly module: ";
    if matches!(error, BackendError::Configure { .. }) {
        return error.into();
    }
    if let Err(error) = Validator::new_with_features(stamped).validate_all(wasm) {
        return error.into();
    }
    match (Unsupported::search(options, stamped, wasm, &error), &error) {
        (Some(unsupported), _) => Box::new(unsupported).into(),
        (None, BackendError::Failed { problem, .. }) if problem.starts_with(PARSED) => {
            CompileError::Untranslated(problem[PARSED.len()..].into())
        }
        (None, _) => error.into(),
    }
}

#[cfg(all(test, feature = "winch"))]
mod tests {
    use super::*;
    use precompile_artifact::Platform;

    #[test]
    fn modules_share_an_engine() {
        let options = Options::new(Backend::Winch, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        let engines = Engines::default();
        for module in ["(module)", "(module (func))", "(module (memory 1))"] {
            attempt(&engines, &options, module.as_bytes()).unwrap();
        }
        assert_eq!(format!("{engines:?}"), "Engines { known: 1 }");
    }
}
