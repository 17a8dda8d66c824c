//! Fat artifacts, made in the build script itself.

use super::input_error::InputError;
use crate::build::error::{BuildError, io};
use crate::build::inputs::Input;
use crate::build::order::Order;
use crate::cache::{Cache, Recipe};
use crate::{
    Artifact, Choice, Compiler, Destination, Options, PairError, Request, Signatures, Source, Target,
};
use crate::{ObtainError, slice_levels};
use precompile_artifact::fat;
use std::fs;
use std::sync::Arc;

/// The options of each slice: for each target, and each level of CPU.
///
/// # Errors
///
/// A target, a level or a choice that can't be compiled for.
pub(super) fn slices(order: &Order<'_>) -> Result<Vec<(Options, Option<PairError>)>, BuildError> {
    let refused = |error: &dyn std::fmt::Display| BuildError::Refused(error.to_string());
    let names = order.target.name.split(',');
    let targets =
        names.map(str::parse).collect::<Result<Vec<Target>, _>>().map_err(|error| refused(&error))?;
    let cpus: Vec<_> = order.choice.cpu.iter().cloned().collect();
    let levels = slice_levels(&cpus, &targets).map_err(|error| refused(&error))?;
    let mut slices: Vec<(Options, Option<PairError>)> = Vec::new();
    for (target, levels) in targets.iter().zip(levels) {
        for level in levels {
            let choice = Choice { cpu: Some(level), expect: None, ..order.choice.clone() };
            let (options, refusal) = choice.options(target).map_err(|error| refused(&error))?;
            if slices.iter().all(|(known, _)| *known != options) {
                slices.push((options, refusal));
            }
        }
    }
    Ok(slices)
}

/// Finds or compiles each slice, and writes the fat artifact. Returns the reason for a fallback, if there was one.
pub(super) fn compile(
    input: &Input,
    slices: &[(Arc<Recipe>, Options)],
    compiler: &Compiler<'_>,
    cache: Option<(&Cache, bool)>,
    signatures: &Signatures,
) -> Result<Option<String>, InputError> {
    if let Some(folder) = input.output.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let mut fallback = None;
    let mut artifacts = Vec::new();
    for (recipe, options) in slices {
        let (artifact, limit) = slice(input, options, recipe, compiler, cache, signatures)?;
        artifacts.push(artifact);
        fallback = fallback.or(limit);
    }
    // Pulley stands in for several levels of CPU at once.
    artifacts.sort_unstable();
    artifacts.dedup();
    let artifacts: Vec<&[u8]> = artifacts.iter().map(Vec::as_slice).collect();
    let mut joined = fat::write(&artifacts, true)?;
    signatures.sign_fat(&mut joined);
    Destination::derived(&input.output, &input.path).write(&joined)?;
    Ok(fallback)
}

/// Finds or compiles a slice. Also returns the reason for a fallback, if there was one.
fn slice(
    input: &Input,
    options: &Options,
    recipe: &Arc<Recipe>,
    compiler: &Compiler<'_>,
    cache: Option<(&Cache, bool)>,
    signatures: &Signatures,
) -> Result<(Vec<u8>, Option<String>), InputError> {
    let without_cache = || {
        let mut compiled = compiler.compile(options, &fs::read(&input.path)?)?;
        signatures.sign(&mut compiled.artifact);
        Ok((compiled.artifact, compiled.fallback_from.map(|limit| limit.to_string())))
    };
    let Some((cache, verify_inputs)) = cache else { return without_cache() };
    let request = Request {
        options,
        recipe,
        source: Source::File(&input.path, None),
        name: Some(&input.path),
        is_isolated: false,
        output: None,
        verify_inputs,
        signatures,
    };
    let answer = compiler.obtain(cache, &request, true)?;
    match answer.artifact {
        Artifact::Stored(entry) => match entry.read() {
            Ok(artifact) => Ok((artifact, answer.fallback_from)),
            Err(_) => {
                cache.damaged(&answer.key);
                without_cache()
            }
        },
        Artifact::Compiled(compiled, turn) => {
            cache.fill(turn, &compiled.artifact, compiled.timings.total());
            Ok((compiled.artifact, answer.fallback_from))
        }
        // There is no output that could be in place.
        Artifact::InPlace(_) => Err(ObtainError::Busy.into()),
    }
}
