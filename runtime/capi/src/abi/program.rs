//! Programs: opened artifacts.

use super::error::precompile_error_t;
use super::pointer::{answer, given};
use crate::described::Described;
use crate::description::Description;
use crate::opaque;
use crate::shared::Shared;
use precompile_runtime::Program;
use std::ffi::c_char;
use std::mem::transmute;
use std::ptr;
use std::sync::Arc;
#[cfg(feature = "component-model")]
use wasmtime_c_api::wasmtime_component_t;
use wasmtime_c_api::{
    WasmtimeStoreContext, wasm_engine_t, wasm_shared_module_t, wasmtime_linker_t, wasmtime_module_t,
};

/// A program: an opened artifact, which is a module or a component.
///
/// Threads: any number of threads may use a program at once, but for `precompile_program_delete`.
#[derive(Debug)]
pub struct precompile_program_t {
    program: Program,
    shared: Arc<Shared>,
    description: Description,
}

impl precompile_program_t {
    pub(super) fn new(program: Program, shared: &Arc<Shared>) -> precompile_program_t {
        precompile_program_t { program, shared: Arc::clone(shared), description: Description::default() }
    }
}

/// The context of a store, as wasmtime.h declares it.
///
/// cbindgen:ignore
#[repr(C)]
#[derive(Debug)]
pub struct wasmtime_context_t {
    /// Nothing that is known here.
    _private: [u8; 0],
}

/// A component, in a build that runs none.
///
/// cbindgen:ignore
#[cfg(not(feature = "component-model"))]
#[repr(C)]
#[derive(Debug)]
pub struct wasmtime_component_t {
    /// Nothing that is known here.
    _private: [u8; 0],
}

/// Returns the engine of a program. Stores and linkers for the program are made with it: `wasmtime_store_new`,
/// `wasmtime_linker_new`, `wasm_store_new`. Programs that can share a store have the same engine.
///
/// Ownership: the engine is the caller's, to be deleted with `wasm_engine_delete`, before or after the program.
///
/// @param program   the program
/// @return          NULL if `program` is NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_engine(
    program: Option<&precompile_program_t>,
) -> Option<Box<wasm_engine_t>> {
    program.map(|program| opaque::engine(program.program.engine()))
}

/// Returns the module of a program, for the functions of wasmtime.h.
///
/// Ownership: the module is the caller's, to be deleted with `wasmtime_module_delete`, before or after the program.
///
/// @param program   the program
/// @return          NULL if `program` is NULL or a component
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_module(
    program: Option<&precompile_program_t>,
) -> Option<Box<wasmtime_module_t>> {
    program?.program.module().map(opaque::module)
}

/// Returns the module of a program, for the functions of wasm.h: `wasm_module_obtain` makes a `wasm_module_t` of it in a
/// store of the program's engine, and returns NULL for another store.
///
/// Ownership: the module is the caller's, to be deleted with `wasm_shared_module_delete`, before or after the program.
///
/// @param program   the program
/// @return          NULL if `program` is NULL or a component
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_shared_module(
    program: Option<&precompile_program_t>,
) -> Option<Box<wasm_shared_module_t>> {
    program?.program.module().map(opaque::shared_module)
}

/// Returns the component of a program, for the functions of wasmtime/component.h.
///
/// Ownership: the component is the caller's, to be deleted with `wasmtime_component_delete`, before or after the program.
///
/// @param program   the program
/// @return          NULL if `program` is NULL or a module, or if the library was built without `component-model`
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_component(
    program: Option<&precompile_program_t>,
) -> Option<Box<wasmtime_component_t>> {
    #[cfg(feature = "component-model")]
    return program?.program.component().map(opaque::component);
    #[cfg(not(feature = "component-model"))]
    return program.and(None);
}

/// Checks that a program can be linked into a linker and a store. Code of different backends, or that was compiled under
/// different settings, must not share a store. Functions of wasmtime.h refuse such a mix without a reason, and some of
/// them, such as `wasmtime_linker_module`, end the process: so ask first where a mix may happen.
///
/// Errors: the error names what both were compiled with, for each setting in which they differ.
///
/// @param program   the program
/// @param linker    the linker, or NULL where there is none
/// @param store     the context of the store, or NULL where there is none
/// @return          NULL if the program can be linked into both
///
/// # Safety
///
/// The context is null or that of a store, which no other thread uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn precompile_program_check(
    program: Option<&precompile_program_t>,
    linker: Option<&wasmtime_linker_t>,
    store: *const wasmtime_context_t,
) -> Option<Box<precompile_error_t>> {
    answer(|| {
        let program = given(program, "program")?;
        if let Some(linker) = linker {
            program.shared.fits(&program.program, opaque::linker_engine(linker), "linker")?;
        }
        // SAFETY: contexts of C are `StoreContext`, which wasmtime makes `repr(transparent)` around a reference for it.
        let store =
            unsafe { transmute::<*const wasmtime_context_t, Option<WasmtimeStoreContext<'_>>>(store) };
        match store {
            Some(store) => program.shared.fits(&program.program, store.engine(), "store"),
            None => Ok(()),
        }
    })
}

/// Returns the description of a program as JSON: its kind, its backend, what compiled it and for which machine, its
/// settings, what it imports and exports, and who has signed it.
///
/// Ownership: the text is the program's, and is there until that is deleted.
///
/// @param program   the program
/// @return          NULL if `program` is NULL, or if the library was built without the feature `describe`
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_describe(program: Option<&precompile_program_t>) -> *const c_char {
    program.map_or(ptr::null(), |program| program.description.of(|| Described::of(&program.program)))
}

/// Deletes a program. Modules, components, engines and stores that were made from it stay.
///
/// Threads: no other thread uses the program meanwhile.
///
/// @param program   the program, which must not be used afterwards, nor deleted again; nothing is done for NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_program_delete(program: Option<Box<precompile_program_t>>) {
    drop(program);
}
