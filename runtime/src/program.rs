//! An artifact that was opened.

use crate::code::Code;
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
    code: Code,
}

impl Program {
    pub(crate) fn new(manifest: Arc<Manifest>, code: Code) -> Program {
        Program { manifest, code }
    }

    /// The compiled module, to be used with wasmtime's own API; `None` for a component.
    pub fn module(&self) -> Option<&Module> {
        match &self.code {
            Code::Module(module) => Some(module),
            #[cfg(feature = "component-model")]
            Code::Component(_) => None,
        }
    }

    /// The compiled component, to be used with wasmtime's own API; `None` for a module.
    #[cfg(feature = "component-model")]
    pub fn component(&self) -> Option<&Component> {
        match &self.code {
            Code::Module(_) => None,
            Code::Component(component) => Some(component),
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
