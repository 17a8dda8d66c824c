//! The code of an artifact, as wasmtime's module or component.

#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// The code of an artifact, as wasmtime's module or component.
#[derive(Clone, Debug)]
pub(crate) enum CompiledCode {
    Module(Module),
    #[cfg(feature = "component-model")]
    Component(Component),
}

impl CompiledCode {
    pub(crate) fn engine(&self) -> &Engine {
        match self {
            CompiledCode::Module(module) => module.engine(),
            #[cfg(feature = "component-model")]
            CompiledCode::Component(component) => component.engine(),
        }
    }
}
