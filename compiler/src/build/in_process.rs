//! Compiling in the build script itself.

mod fat;
mod input_error;

use crate::Signatures;
use crate::build::cargo::Cargo;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::inputs::Input;
use crate::build::jobs::Jobs;
use crate::build::order::Order;
use crate::build::tool::INSTALL;
use crate::cache::{Cache, Patience, Recipe, Store, StoreLimits, TrustedUsers};
use crate::{Artifact, Compiler, Destination, Expect, Options, Rates, Request, Source, Target};
use crate::{choose, code_bytes, recipe};
use etcetera::BaseStrategy;
use input_error::InputError;
use precompile_artifact::quantity;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Compiles all inputs.
///
/// # Errors
///
/// Any input that can't be compiled.
pub(super) fn compile(cargo: &Cargo, order: &Order<'_>) -> Result<(), BuildError> {
    if env!("PRECOMPILE_OPT_LEVEL") == "0" {
        cargo.warn(&format!(
            "precompile compiles in this build script, and is itself not optimised: that is slow. Install the command \
             (`{INSTALL}`), or put this into the workspace's Cargo.toml:\n\
             [profile.dev.build-override]\nopt-level = 3\n[profile.release.build-override]\nopt-level = 3"
        ));
    }
    let refused = |error: &dyn std::fmt::Display| BuildError::Refused(error.to_string());
    let candidates = match order.fat {
        true => fat::slices(order)?,
        false => {
            let target: Target = order.target.name.parse().map_err(|error| refused(&error))?;
            order.choice.candidates(&target).map_err(|error| refused(&error))?
        }
    };
    if let [(_, Some(refusal))] = &candidates[..] {
        order.inputs.iter().for_each(|input| cargo.warn_of_fallback(&input.path, &refusal.to_string()));
    }
    let candidates: Vec<_> =
        candidates.into_iter().map(|(options, _)| (Arc::new(recipe(&options)), options)).collect();
    let signatures = order.signing.signatures(cargo)?;
    let cache = cache(cargo);
    let verify_inputs = cargo.is_on("PRECOMPILE_VERIFY_INPUTS");
    let store = cache.as_ref().map(Cache::store);
    let auto = order.choice.expect.map(|expect| (expect, Rates::of_this_machine(store, None)));
    let compiler = Compiler::default();
    let jobs = Jobs::acquire(cargo.jobs());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.count().unwrap_or(0)).build();
    let pool = pool.map_err(|error| refused(&error))?;
    let compile_one = |input: &Input| {
        if order.fat {
            let cache = cache.as_ref().map(|cache| (cache, verify_inputs));
            return fat::compile(input, &candidates, &compiler, cache, &signatures);
        }
        let index = auto.as_ref().map_or(0, |auto| cheapest(input, &candidates, auto));
        let (recipe, options) = &candidates[index];
        let cache = cache.as_ref().map(|cache| (cache, verify_inputs));
        compile_one(input, options, recipe, &compiler, cache, &signatures)
    };
    let results: Vec<_> = pool.install(|| order.inputs.par_iter().map(compile_one).collect());
    if let Some(cache) = &cache {
        cache.finish();
        cache.take_warnings().iter().for_each(|warning| cargo.warn(warning));
    }
    let mut failed = Vec::new();
    for (input, result) in order.inputs.iter().zip(results) {
        match result {
            Ok(Some(limit)) => cargo.warn_of_fallback(&input.path, &limit),
            Ok(None) => {}
            Err(error) => failed.push((input.path.clone(), error.to_string())),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(BuildError::Compile(failed)) }
}

/// The index of the options that are expected to cost least. An unreadable input fails later, when it is compiled.
fn cheapest(
    input: &Input,
    candidates: &[(Arc<Recipe>, Options)],
    (expect, rates): &(Expect, Rates),
) -> usize {
    let backends: Vec<_> = candidates.iter().map(|(_, options)| options.backend).collect();
    let counted = fs::File::open(&input.path).and_then(|module| code_bytes(module, true));
    choose(&backends, counted.unwrap_or_default(), expect, rates).0
}

/// Finds or compiles an artifact, and writes it. Returns the reason for a fallback, if there was one.
fn compile_one(
    input: &Input,
    options: &Options,
    recipe: &Arc<Recipe>,
    compiler: &Compiler<'_>,
    cache: Option<(&Cache, bool)>,
    signatures: &Signatures,
) -> Result<Option<String>, InputError> {
    if let Some(folder) = input.output.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let output = Destination::derived(&input.output, &input.path);
    let without_cache = || {
        let wasm = fs::read(&input.path)?;
        let mut compiled = compiler.compile(options, &wasm)?;
        signatures.sign(&mut compiled.artifact);
        output.write(&compiled.artifact)?;
        Ok(compiled.fallback_from.map(|limit| limit.to_string()))
    };
    let Some((cache, verify_inputs)) = cache else { return without_cache() };
    let mut was_damaged = false;
    let request = Request {
        options,
        recipe,
        source: Source::File(&input.path, None),
        name: Some(&input.path),
        is_isolated: false,
        output: Some(&input.output),
        verify_inputs,
        signatures,
    };
    loop {
        let answer = compiler.obtain(cache, &request, true)?;
        match answer.artifact {
            Artifact::InPlace(_) => {}
            Artifact::Stored(entry) => match output.deliver(&entry) {
                Some(written) => drop(written?),
                None => {
                    drop(entry);
                    cache.damaged(&answer.key);
                    // An entry of another user's can't be removed.
                    if std::mem::replace(&mut was_damaged, true) {
                        return without_cache();
                    }
                    continue;
                }
            },
            Artifact::Compiled(compiled, turn) => {
                cache.fill(turn, &compiled.artifact, compiled.timings.total());
                output.write(&compiled.artifact)?;
            }
        }
        return Ok(answer.fallback_from);
    }
}

/// The command's cache, unless the user wants none or the system has no folder for caches.
fn cache(cargo: &Cargo) -> Option<Cache> {
    if cargo.is_on("PRECOMPILE_NO_CACHE") {
        return None;
    }
    let named = cargo.variable("PRECOMPILE_CACHE_DIR").map(PathBuf::from);
    let folder =
        named.or_else(|| Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("precompile")))?;
    // The command alone limits the cache's size.
    let limits = StoreLimits { max_bytes: u64::MAX, max_age: Duration::MAX };
    let variable = |name: &str| Some(cargo.variable(name)?.to_string_lossy().into_owned());
    let trust = variable("PRECOMPILE_CACHE_TRUST").map_or(Ok(TrustedUsers::default()), |whom| whom.parse());
    let wait = variable("PRECOMPILE_CACHE_WAIT");
    let wait = wait.map_or(Some(Patience::LIMIT), |time| quantity::duration(&time).ok());
    let trust = trust.unwrap_or_else(|error| {
        cargo.warn(&error.to_string());
        TrustedUsers::default()
    });
    let wait = wait.unwrap_or_else(|| {
        cargo.warn("`PRECOMPILE_CACHE_WAIT` is no time: use seconds, or a number with us, ms, s, m or h");
        Patience::LIMIT
    });
    let store = Store::new(&folder).trusting(trust).waiting(Patience::new(wait, Cargo::tell));
    Some(Cache::new(store, limits))
}
