//! An artifact that was opened.

use precompile_artifact::Manifest;
use wasmtime::{Engine, Module};

/// An artifact that was opened: its code, ready to be instantiated, and what it says about itself.
#[derive(Clone, Debug)]
pub struct Program {
    manifest: Manifest,
    module: Module,
}

impl Program {
    pub(crate) fn new(manifest: Manifest, module: Module) -> Program {
        Program { manifest, module }
    }

    /// The compiled module, to be used with wasmtime's own API.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The engine that the module belongs to. Stores and linkers for it must be made with this
    /// one.
    pub fn engine(&self) -> &Engine {
        self.module.engine()
    }

    /// What the artifact says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
