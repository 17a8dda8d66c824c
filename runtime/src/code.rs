//! What wasmtime made of an artifact's image.

#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// What wasmtime made of an artifact's image.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    Module(Module),
    #[cfg(feature = "component-model")]
    Component(Component),
}

impl Code {
    pub(crate) fn engine(&self) -> &Engine {
        match self {
            Code::Module(module) => module.engine(),
            #[cfg(feature = "component-model")]
            Code::Component(component) => component.engine(),
        }
    }
}
