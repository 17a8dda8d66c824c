//! A program: an opened artifact.

use crate::compiled::CompiledCode;
use alloc::sync::Arc;
#[cfg(feature = "trust")]
use alloc::vec::Vec;
use precompile_artifact::Manifest;
#[cfg(feature = "trust")]
use precompile_artifact::signature::KeyId;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// A program: the code of an opened artifact, ready to be instantiated, and its manifest.
///
/// It is a module or a component, according to [`Manifest::kind`].
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) code: CompiledCode,
    #[cfg(feature = "trust")]
    pub(crate) signers: Vec<KeyId>,
}

impl Program {
    /// The compiled module, for wasmtime's API; `None` for a component.
    pub fn module(&self) -> Option<&Module> {
        match &self.code {
            CompiledCode::Module(module) => Some(module),
            #[cfg(feature = "component-model")]
            CompiledCode::Component(_) => None,
        }
    }

    /// The compiled component, for wasmtime's API; `None` for a module.
    #[cfg(feature = "component-model")]
    pub fn component(&self) -> Option<&Component> {
        match &self.code {
            CompiledCode::Module(_) => None,
            CompiledCode::Component(component) => Some(component),
        }
    }

    /// The engine of the code. Stores and linkers for the program must be made with it.
    pub fn engine(&self) -> &Engine {
        self.code.engine()
    }

    /// The numbers of the trusted keys that have signed the artifact; none if no signature was asked for.
    #[cfg(feature = "trust")]
    pub fn signers(&self) -> &[KeyId] {
        &self.signers
    }

    /// The artifact's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
