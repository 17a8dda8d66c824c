//! What a backend can't compile, where the module has it, and a way out.
//!
//! Proposals that a backend lacks are known beforehand, and where the module uses them is read from
//! the module. Winch also fails within proposals that it has, and then names a function, but not the
//! instruction. So it is asked: [`search`] compiles ever smaller parts of the module until one
//! instruction is left. Its answers can't go stale, as a table of what Winch implements would. All of
//! this is done only once a compilation has failed.

use crate::compile::compile_error::CompileError;
use crate::compile::features;
use crate::compile::image::image;
use crate::compile::options::Options;
use precompile_artifact::Backend;
use precompile_artifact::features::names;
use std::fmt;
use wasmparser::{Parser, Validator, WasmFeatures};

mod modules;
mod place;
mod probe;
mod remedy;
mod search;
#[cfg(test)]
mod tests;

pub(crate) use place::locate;
pub use place::{Place, Site};
pub use remedy::Remedy;

/// A valid module is beyond what a backend can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The backend.
    pub backend: Backend,
    /// The target's triple.
    pub target: String,
    /// What the backend lacks.
    pub cause: Cause,
    /// Where the module first has it, if that was found.
    pub place: Option<Place>,
    /// Ways out, each of which suffices.
    pub remedies: Vec<Remedy>,
}

/// What a backend lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Proposals, by their names. That which the module uses at [`Limit::place`] comes first.
    Proposals(Vec<String>),
    /// Instructions of the processor, by the name of its feature.
    CpuFeature(String),
    /// It panics, with this message.
    Panic(String),
    /// Something else, in the backend's words.
    Other(String),
}

/// The error for a module that uses proposals that its backend lacks.
///
/// `used` is all that the module uses, `lacking` what the backend lacks of it.
pub(crate) fn lacking(
    options: &Options,
    wasm: &[u8],
    used: WasmFeatures,
    lacking: WasmFeatures,
) -> CompileError {
    if let Err(error) = Validator::new_with_features(used).validate_all(wasm) {
        return error.into();
    }
    // A component that is valid by unfinished proposals alone is a faulty one: the validator says where.
    if Parser::is_component(wasm)
        && let finished = features::SUPPORTED | WasmFeatures::STACK_SWITCHING
        && let Err(error) = Validator::new_with_features(finished).validate_all(wasm)
    {
        return error.into();
    }
    let (place, first) = locate(wasm, features::decisive(lacking)).unzip();
    let first = first.unwrap_or(WasmFeatures::empty());
    let mut proposals = names(first);
    proposals.extend(names(lacking.difference(first)));
    if lacking.contains(WasmFeatures::GC) {
        // It implies the other, which is no proposal of its own.
        proposals.retain(|name| name != "gc-types");
    }
    CompileError::Limit(Box::new(Limit {
        backend: options.backend,
        target: options.target.to_string(),
        cause: Cause::Proposals(proposals),
        place,
        remedies: remedy::for_proposals(options, used),
    }))
}

/// What to say of a module whose compilation failed with `error`: that it is invalid, or what the
/// backend fails in, or else the error as it is.
///
/// The backend is run on parts of the module, so one that panicked does it some times more. Each
/// panic is caught, but the process's panic hook sees it.
pub(crate) fn explain(
    options: &Options,
    stamped: WasmFeatures,
    wasm: &[u8],
    error: CompileError,
) -> CompileError {
    if matches!(error, CompileError::Configure { .. }) {
        return error;
    }
    if let Err(error) = Validator::new_with_features(stamped).validate_all(wasm) {
        return error.into();
    }
    let failure = search::failure(wasm, &error, |part| image(options, stamped, part));
    let Some(failure) = failure else { return untranslated(error) };
    let cause = Cause::of(&failure.error);
    CompileError::Limit(Box::new(Limit {
        backend: options.backend,
        target: options.target.to_string(),
        remedies: remedy::for_failure(options, stamped, wasm, &failure.part, &cause),
        place: Some(failure.place),
        cause,
    }))
}

/// Before a backend comes to it, wasmtime takes a component apart, and there are some that it can't.
fn untranslated(error: CompileError) -> CompileError {
    const PARSED: &str = "failed to parse WebAssembly module: ";
    match &error {
        CompileError::Backend { problem, .. } if problem.starts_with(PARSED) => {
            CompileError::Untranslated(problem[PARSED.len()..].into())
        }
        _ => error,
    }
}

impl Cause {
    /// Reads the backend's words. Winch's name a feature of the processor where one is missing.
    fn of(error: &CompileError) -> Cause {
        let problem = match error {
            CompileError::Backend { problem, .. } => problem,
            CompileError::Panic { message, .. } => return Cause::Panic(message.clone()),
            other => return Cause::Other(other.to_string()),
        };
        let missing =
            problem.split_once("for CPUs without ").and_then(|(_, rest)| rest.split_once(" support"));
        match missing {
            Some((feature, _)) => Cause::CpuFeature(feature.to_ascii_lowercase()),
            // Before the backend's own words, wasmtime names the function of the part.
            None => Cause::Other(problem.rsplit("Compilation error: ").next().unwrap_or(problem).into()),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limit { backend, target, cause, place, remedies } = self;
        let (subject, locator) = match place {
            Some(place) => (place.subject(), place.locator()),
            None => ("the module".into(), String::new()),
        };
        match cause {
            Cause::Proposals(names) => {
                let it = if names.len() > 1 { format!("`{}`", names[0]) } else { "it".into() };
                let refusal = features::refusal(*backend, target, names);
                write!(f, "{refusal}: {subject} uses {it}{locator}")?;
            }
            Cause::CpuFeature(name) => {
                write!(f, "{backend} can't compile it for {target} without the CPU feature `{name}`: ")?;
                write!(f, "{subject} needs that{locator}")?;
            }
            Cause::Panic(message) => {
                write!(f, "{backend} can't compile {subject} for {target}, it fails{locator}: ")?;
                write!(f, "it panicked: {message}")?;
            }
            Cause::Other(problem) => {
                write!(f, "{backend} can't compile {subject} for {target}, it fails{locator}: {problem}")?;
            }
        }
        for (index, remedy) in remedies.iter().enumerate() {
            write!(f, "{}{remedy}", if index == 0 { "; " } else { ", or " })?;
        }
        Ok(())
    }
}

impl std::error::Error for Limit {}
