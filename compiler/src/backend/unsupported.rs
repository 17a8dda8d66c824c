//! Parts of a valid module that its backend can't compile: the cause, the place, and the remedies.
//!
//! The proposals that a backend lacks are known in advance, and the module is scanned for their uses.
//! Winch also fails within proposals that it has, and then names a function, but not the instruction.
//! So [`search`] compiles ever smaller parts of the module until one instruction is left. Its answers
//! can't go stale, as a table of Winch's instructions would. All of this is done only after a
//! compilation has failed.

use crate::backend::error::BackendError;
use crate::backend::image::image;
use crate::options::{Options, support};
use precompile_artifact::Backend;
use precompile_artifact::features::names;
use std::fmt;
use wasmparser::WasmFeatures;

mod cause;
mod modules;
mod place;
mod probe;
mod remedy;
mod search;
#[cfg(test)]
mod tests;

pub use cause::Cause;
pub(crate) use place::locate;
pub use place::{Place, Site};
pub use remedy::Remedy;

/// A part of a valid module that a backend can't compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The backend.
    pub backend: Backend,
    /// The target's triple.
    pub target: String,
    /// The cause: what the backend lacks.
    pub cause: Cause,
    /// The first place in the module that needs what is lacking, if it was found.
    pub place: Option<Place>,
    /// The remedies, each of which suffices.
    pub remedies: Vec<Remedy>,
}

impl Unsupported {
    /// The report of proposals that a backend lacks: `used` are all proposals of the module, `lacking` those of them
    /// that the backend lacks.
    pub(crate) fn proposals(
        options: &Options,
        wasm: &[u8],
        used: WasmFeatures,
        lacking: WasmFeatures,
    ) -> Unsupported {
        let (place, first) = locate(wasm, support::decisive(lacking)).unzip();
        let first = first.unwrap_or(WasmFeatures::empty());
        let mut proposals = names(first);
        proposals.extend(names(lacking.difference(first)));
        if lacking.contains(WasmFeatures::GC) {
            // `gc` implies `gc-types`, which is no proposal of its own.
            proposals.retain(|name| name != "gc-types");
        }
        Unsupported {
            backend: options.backend,
            target: options.target.to_string(),
            cause: Cause::Proposals(proposals),
            place,
            remedies: remedy::for_proposals(options, used),
        }
    }

    /// The instruction or the function of a valid module in which the backend fails with `error`; `None` if no
    /// single one is the cause.
    ///
    /// The backend is run on parts of the module, so a backend that panicked panics some times more. Each
    /// panic is caught, but the process's panic hook sees it.
    pub(crate) fn search(
        options: &Options,
        stamped: WasmFeatures,
        wasm: &[u8],
        error: &BackendError,
    ) -> Option<Unsupported> {
        let failure = search::failure(wasm, error, |part| image(options, stamped, part))?;
        let cause = Cause::of(&failure.error);
        Some(Unsupported {
            backend: options.backend,
            target: options.target.to_string(),
            remedies: remedy::for_failure(options, stamped, wasm, &failure.part, &cause),
            place: Some(failure.place),
            cause,
        })
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unsupported { backend, target, cause, place, remedies } = self;
        let (subject, locator) = match place {
            Some(place) => (place.subject(), place.locator()),
            None => ("the module".into(), String::new()),
        };
        match cause {
            Cause::Proposals(names) => {
                let it = if names.len() > 1 { format!("`{}`", names[0]) } else { "it".into() };
                let refusal = support::refusal(*backend, target, names);
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

impl std::error::Error for Unsupported {}
