//! Calls of wasmtime's that panic where engines are mixed, as calls that return an error.

use crate::program::Program;
use thiserror::Error;
use wasmtime::{AsContextMut, Engine, Instance, InstancePre, Linker};

/// Why programs were not linked or instantiated.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The program belongs to another engine than the store or the linker.
    #[error(
        "a {program} program can't be linked into a {other}: they were compiled by different \
         backends or under different settings; compile all that is linked together alike"
    )]
    OtherEngine {
        /// The program's backend.
        program: precompile_artifact::Backend,
        /// What it was to be combined with.
        other: &'static str,
    },
    /// Wasmtime refuses, or a start function trapped.
    #[error(transparent)]
    Wasmtime(#[from] wasmtime::Error),
}

/// Instantiates a program with what `linker` offers, like [`Linker::instantiate`].
///
/// # Errors
///
/// Where the three belong to different engines, imports are missing or of the wrong type, memory
/// is short, or the start function traps.
pub fn instantiate<T: 'static>(
    linker: &Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    program: &Program,
) -> Result<Instance, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    Ok(linker.instantiate(&mut store, program.module())?)
}

/// Resolves a program's imports ahead of instantiation, like [`Linker::instantiate_pre`].
///
/// # Errors
///
/// Where the two belong to different engines, or imports are missing or of the wrong type.
pub fn instantiate_pre<T: 'static>(
    linker: &Linker<T>,
    program: &Program,
) -> Result<InstancePre<T>, LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    Ok(linker.instantiate_pre(program.module())?)
}

/// Instantiates a program and offers its exports under `name` to what is linked after it, like
/// [`Linker::module`].
///
/// # Errors
///
/// As [`instantiate`], and where the linker has one of the names already.
pub fn define<T: 'static>(
    linker: &mut Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    name: &str,
    program: &Program,
) -> Result<(), LinkError> {
    same_engine(program, linker.engine(), "linker of another engine")?;
    same_engine(program, store.as_context().engine(), "store of another engine")?;
    linker.module(&mut store, name, program.module())?;
    Ok(())
}

fn same_engine(program: &Program, engine: &Engine, other: &'static str) -> Result<(), LinkError> {
    match Engine::same(program.engine(), engine) {
        true => Ok(()),
        false => Err(LinkError::OtherEngine { program: program.manifest().backend, other }),
    }
}
