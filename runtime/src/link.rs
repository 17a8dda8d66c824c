//! Calls of wasmtime that panic if engines are mixed, with an error instead of the panic.

use crate::program::Program;
use core::fmt::{self, Debug, Display, Formatter};
use precompile_artifact::Code;
use precompile_artifact::manifest::Kind;
use thiserror::Error;
#[cfg(feature = "component-model")]
use wasmtime::component::{self, Component};
use wasmtime::{AsContextMut, Engine, Extern, Instance, InstancePre, Linker, Module};

/// The error of linking or instantiating a program.
///
/// `Debug` has the text of `Display`, with all causes of wasmtime's errors, for programs whose `main` returns it.
#[derive(Error)]
pub enum LinkError {
    /// The program belongs to another engine than the store or the linker.
    #[cfg_attr(
        feature = "messages",
        error(
            "a {program} program can't be linked into a {other}: they were compiled by different \
             backends or under different settings; compile all that is linked together alike"
        )
    )]
    #[cfg_attr(not(feature = "messages"), error("{}", Code::OtherEngine))]
    OtherEngine {
        /// The program's backend.
        program: precompile_artifact::Backend,
        /// The description of what it was to be combined with.
        other: &'static str,
    },
    /// The call is for modules and the program is a component, or the other way round.
    #[cfg_attr(feature = "messages", error("the program is a {found}, and a {wanted} is asked for"))]
    #[cfg_attr(not(feature = "messages"), error("{}", Code::OtherKind))]
    OtherKind {
        /// The program's kind.
        found: Kind,
        /// The kind that the call is for.
        wanted: Kind,
    },
    /// Wasmtime's own error, or the trap of a start function.
    #[cfg_attr(feature = "messages", error(transparent))]
    #[cfg_attr(not(feature = "messages"), error("{}", Code::NotInstantiated))]
    Wasmtime(#[from] wasmtime::Error),
}

impl Debug for LinkError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "messages")]
            LinkError::Wasmtime(error) => Debug::fmt(error, f),
            _ => Display::fmt(self, f),
        }
    }
}

impl LinkError {
    /// The error's number.
    pub fn code(&self) -> Code {
        match self {
            LinkError::OtherEngine { .. } => Code::OtherEngine,
            LinkError::OtherKind { .. } => Code::OtherKind,
            LinkError::Wasmtime(_) => Code::NotInstantiated,
        }
    }
}

/// Instantiates a program with the imports of `linker`, like [`Linker::instantiate`].
///
/// # Errors
///
/// If the three belong to different engines, imports are missing or have the wrong type, there is too little memory, or
/// the start function traps.
pub fn instantiate<T: 'static>(
    linker: &Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    program: &Program,
) -> Result<Instance, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    Ok(linker.instantiate(&mut store, module(program)?)?)
}

/// Instantiates a program with these imports, in the order of its own, like [`Instance::new`].
///
/// # Errors
///
/// If program and store belong to different engines, imports are missing or have the wrong type, there is too little
/// memory, or the start function traps.
///
/// # Panics
///
/// If an import belongs to another store.
pub fn instantiate_with(
    mut store: impl AsContextMut,
    program: &Program,
    imports: &[Extern],
) -> Result<Instance, LinkError> {
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    Ok(Instance::new(&mut store, module(program)?, imports)?)
}

/// Resolves a program's imports ahead of instantiation, like [`Linker::instantiate_pre`].
///
/// # Errors
///
/// If the two belong to different engines, or imports are missing or have the wrong type.
pub fn instantiate_pre<T: 'static>(
    linker: &Linker<T>,
    program: &Program,
) -> Result<InstancePre<T>, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    Ok(linker.instantiate_pre(module(program)?)?)
}

/// Instantiates a program and defines its exports under `name` in `linker`, like [`Linker::module`].
///
/// # Errors
///
/// Those of [`instantiate`], and if the linker already has one of the names.
pub fn define<T: 'static>(
    linker: &mut Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    name: &str,
    program: &Program,
) -> Result<(), LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    linker.module(&mut store, name, module(program)?)?;
    Ok(())
}

/// Instantiates a component with the imports of `linker`, like [`component::Linker::instantiate`].
///
/// # Errors
///
/// Those of [`instantiate`].
#[cfg(feature = "component-model")]
pub fn instantiate_component<T: 'static>(
    linker: &component::Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    program: &Program,
) -> Result<component::Instance, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    Ok(linker.instantiate(&mut store, component(program)?)?)
}

/// Instantiates a component with the imports of `linker`, of which some may be asynchronous, like
/// [`component::Linker::instantiate_async`].
///
/// # Errors
///
/// Those of [`instantiate`].
#[cfg(all(feature = "async", feature = "component-model"))]
pub async fn instantiate_component_async<T: Send + 'static>(
    linker: &component::Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    program: &Program,
) -> Result<component::Instance, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    Ok(linker.instantiate_async(&mut store, component(program)?).await?)
}

/// Resolves a component's imports ahead of instantiation, like [`component::Linker::instantiate_pre`].
///
/// # Errors
///
/// Those of [`instantiate_pre`].
#[cfg(feature = "component-model")]
pub fn instantiate_component_pre<T: 'static>(
    linker: &component::Linker<T>,
    program: &Program,
) -> Result<component::InstancePre<T>, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    Ok(linker.instantiate_pre(component(program)?)?)
}

fn module(program: &Program) -> Result<&Module, LinkError> {
    program.module().ok_or(LinkError::OtherKind { found: Kind::Component, wanted: Kind::Module })
}

#[cfg(feature = "component-model")]
fn component(program: &Program) -> Result<&Component, LinkError> {
    program.component().ok_or(LinkError::OtherKind { found: Kind::Module, wanted: Kind::Component })
}

fn same_engine(program: &Program, engine: &Engine, other: &'static str) -> Result<(), LinkError> {
    match Engine::same(program.engine(), engine) {
        true => Ok(()),
        false => Err(LinkError::OtherEngine { program: program.manifest().backend, other }),
    }
}
