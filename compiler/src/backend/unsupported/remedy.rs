//! Remedies for a module that a backend can't compile.

use super::cause::Cause;
use crate::backend::image::image;
use crate::options::cpu::Cpu;
use crate::options::{Options, support};
use precompile_artifact::Backend;
use std::fmt;
use wasmparser::WasmFeatures;

/// A remedy for a module that a backend can't compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// A higher CPU level, for which the same backend compiles the module: that was tried.
    Cpu(&'static str),
    /// The backend Cranelift, which compiles what the chosen backend doesn't.
    Cranelift,
    /// The specification's exceptions, instead of their first draft.
    StandardExceptions {
        /// The need for Cranelift to compile the specification's exceptions.
        cranelift: bool,
    },
    /// A module without the part: no backend compiles it for this target.
    Without,
}

/// The remedies for a valid module that uses the proposals `used`, some of which the backend lacks.
pub(super) fn for_proposals(options: &Options, used: WasmFeatures) -> Vec<Remedy> {
    let cranelift = |used| {
        options.target.check(Backend::Cranelift, options.platform).is_ok()
            && support::supported(Backend::Cranelift, &options.target).contains(used)
    };
    let rebuilt = used.difference(WasmFeatures::LEGACY_EXCEPTIONS) | WasmFeatures::EXCEPTIONS;
    vec![if cranelift(used) {
        Remedy::Cranelift
    } else if used.contains(WasmFeatures::LEGACY_EXCEPTIONS) && cranelift(rebuilt) {
        Remedy::StandardExceptions { cranelift: options.backend != Backend::Cranelift }
    } else {
        Remedy::Without
    }]
}

/// The remedies for a valid module in which the backend fails, and already in this part of it.
pub(super) fn for_failure(
    options: &Options,
    stamped: WasmFeatures,
    wasm: &[u8],
    part: &[u8],
    cause: &Cause,
) -> Vec<Remedy> {
    let compiles = |options: &Options, wasm: &[u8]| image(options, stamped, wasm).is_ok();
    let mut remedies = Vec::new();
    if let Cause::CpuFeature(missing) = cause {
        let levels = options.target.family().levels.iter();
        let level = levels.filter(|level| level.features.contains(&missing.as_str())).find(|level| {
            Cpu::parse(level.name, &options.target).is_ok_and(|cpu| {
                let options = Options { cpu, ..options.clone() };
                compiles(&options, part) && compiles(&options, wasm)
            })
        });
        remedies.extend(level.map(|level| Remedy::Cpu(level.name)));
    }
    let cranelift = Options { backend: Backend::Cranelift, ..options.clone() };
    // Cranelift may take minutes for the whole module, so only the part is tried.
    if options.target.check(Backend::Cranelift, options.platform).is_ok() && compiles(&cranelift, part) {
        remedies.push(Remedy::Cranelift);
    }
    if remedies.is_empty() {
        remedies.push(Remedy::Without);
    }
    remedies
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remedy::Cpu(level) => write!(f, "use `--cpu {level}`"),
            Remedy::Cranelift => write!(f, "use `--backend cranelift`"),
            Remedy::StandardExceptions { cranelift } => {
                // The second is an option of LLVM's, and the linked libraries need it, too.
                write!(
                    f,
                    "translate it to the standard's exceptions with `wasm-opt --translate-to-exnref`, "
                )?;
                write!(f, "or build it and its libraries with `-mllvm -wasm-use-legacy-eh=false`")?;
                if *cranelift { write!(f, ", and use `--backend cranelift`") } else { Ok(()) }
            }
            Remedy::Without => write!(f, "build the module without it"),
        }
    }
}
