//! An artifact that was opened.

use crate::compiled::CompiledCode;
use alloc::sync::Arc;
use precompile_artifact::Manifest;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// An artifact that was opened: its code, ready to be instantiated, and what it says about itself.
///
/// It is a module or a component: [`Manifest::kind`] tells which.
#[derive(Clone, Debug)]
pub struct Program {
    manifest: Arc<Manifest>,
    code: CompiledCode,
}

impl Program {
    pub(crate) fn new(manifest: Arc<Manifest>, code: CompiledCode) -> Program {
        Program { manifest, code }
    }

    /// The compiled module, to be used with wasmtime's own API; `None` for a component.
    pub fn module(&self) -> Option<&Module> {
        match &self.code {
            CompiledCode::Module(module) => Some(module),
            #[cfg(feature = "component-model")]
            CompiledCode::Component(_) => None,
        }
    }

    /// The compiled component, to be used with wasmtime's own API; `None` for a module.
    #[cfg(feature = "component-model")]
    pub fn component(&self) -> Option<&Component> {
        match &self.code {
            CompiledCode::Module(_) => None,
            CompiledCode::Component(component) => Some(component),
        }
    }

    /// The engine that the code belongs to. Stores and linkers for it must be made with this one.
    pub fn engine(&self) -> &Engine {
        self.code.engine()
    }

    /// What the artifact says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
