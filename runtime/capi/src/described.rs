//! The description of a program.

use precompile_runtime::Program;
use precompile_runtime::artifact::manifest::{Export, Import, Kind, Memories};
use precompile_runtime::artifact::{Backend, Contract, List, Names};
use serde::Serialize;

/// The description of a program: its manifest without what nobody decides by, and its signers.
#[derive(Serialize)]
pub(crate) struct Described<'a> {
    kind: Kind,
    backend: Backend,
    target: &'a str,
    cpu_features: &'a Names,
    wasmtime_version: &'a str,
    precompile_version: &'a str,
    features: &'a Names,
    imports: &'a List<Import<'static>>,
    exports: &'a List<Export<'static>>,
    settings: &'a Contract,
    memories: &'a Option<Memories>,
    /// The numbers of the trusted keys that have signed the artifact.
    #[cfg(feature = "trust")]
    signers: Vec<String>,
}

impl Described<'_> {
    pub(crate) fn of(program: &Program) -> Described<'_> {
        let manifest = program.manifest();
        Described {
            kind: manifest.kind,
            backend: manifest.backend,
            target: &manifest.target,
            cpu_features: &manifest.cpu_features,
            wasmtime_version: &manifest.wasmtime_version,
            precompile_version: &manifest.precompile_version,
            features: &manifest.features_used,
            imports: &manifest.imports,
            exports: &manifest.exports,
            settings: &manifest.settings,
            memories: &manifest.memories,
            #[cfg(feature = "trust")]
            signers: program.signers().iter().map(ToString::to_string).collect(),
        }
    }
}
