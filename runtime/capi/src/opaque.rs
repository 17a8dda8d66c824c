//! Wasmtime's types for C, made of those for Rust.
//!
//! `wasmtime-c-api-impl` is a crate for Rust programs, too, but its types keep their fields to themselves, and it has no
//! function that takes an engine or a module from Rust. Each of these types has one field, the value that it is named
//! after. So the two have the same size, which `transmute` checks, and the field is all that there is. The dependency is
//! on exactly the release in which that was read, and the tests pass each value through functions of wasmtime.h.

use precompile_runtime::wasmtime::{Engine, Linker, Module};
use std::mem::transmute;
use std::ptr;
use wasmtime_c_api::{
    WasmtimeStoreData, wasm_engine_t, wasm_shared_module_t, wasmtime_linker_t, wasmtime_module_t,
};

/// An engine for C.
pub(crate) fn engine(engine: &Engine) -> Box<wasm_engine_t> {
    // SAFETY: `wasm_engine_t` is `repr(C)`, and its one field is an `Engine`.
    Box::new(unsafe { transmute::<Engine, wasm_engine_t>(engine.clone()) })
}

/// A module for the functions of wasmtime.h.
pub(crate) fn module(module: &Module) -> Box<wasmtime_module_t> {
    // SAFETY: the one field of `wasmtime_module_t` is a `Module`, and it is as large as that.
    Box::new(unsafe { transmute::<Module, wasmtime_module_t>(module.clone()) })
}

/// A module for the functions of wasm.h, of any store.
pub(crate) fn shared_module(module: &Module) -> Box<wasm_shared_module_t> {
    // SAFETY: `wasm_shared_module_t` is `repr(C)`, and its one field is a `Module`.
    Box::new(unsafe { transmute::<Module, wasm_shared_module_t>(module.clone()) })
}

/// A component for C.
#[cfg(feature = "component-model")]
pub(crate) fn component(
    component: &precompile_runtime::wasmtime::component::Component,
) -> Box<wasmtime_c_api::wasmtime_component_t> {
    use precompile_runtime::wasmtime::component::Component;
    use wasmtime_c_api::wasmtime_component_t;
    // SAFETY: `wasmtime_component_t` is `repr(transparent)`, and its one field is a `Component`.
    Box::new(unsafe { transmute::<Component, wasmtime_component_t>(component.clone()) })
}

/// The engine of a linker.
pub(crate) fn linker_engine(linker: &wasmtime_linker_t) -> &Engine {
    type Inner = Linker<WasmtimeStoreData>;
    const {
        assert!(size_of::<Inner>() == size_of::<wasmtime_linker_t>());
        assert!(align_of::<Inner>() == align_of::<wasmtime_linker_t>());
    }
    // SAFETY: `wasmtime_linker_t` is `repr(C)`, and its one field is such a linker.
    let linker = unsafe { &*ptr::from_ref(linker).cast::<Inner>() };
    linker.engine()
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_runtime::{Program, Runtime};
    use support::Folder;
    use wasmtime_c_api::{
        wasmtime_engine_clone, wasmtime_linker_new, wasmtime_module_clone, wasmtime_store_context,
        wasmtime_store_new,
    };

    fn program() -> Program {
        let folder = Folder::new();
        let path = folder.compile("one", r#"(module (func (export "f")))"#, &[]);
        // SAFETY: the test has just compiled it.
        unsafe { Runtime::new().open_file(path) }.unwrap()
    }

    /// Upstream's functions find in each type what was put in.
    #[test]
    fn values_pass_through_upstream() {
        let program = program();
        let for_c = wasmtime_engine_clone(&engine(program.engine()));
        let mut store = wasmtime_store_new(&for_c, ptr::null_mut(), None);
        let context = wasmtime_store_context(&mut store);
        assert!(Engine::same(context.engine(), program.engine()));
        assert!(Engine::same(linker_engine(&wasmtime_linker_new(&for_c)), program.engine()));

        let for_c = wasmtime_module_clone(&module(program.module().unwrap()));
        // SAFETY: as above, the other way round.
        let back = unsafe { transmute::<wasmtime_module_t, Module>(*for_c) };
        assert_eq!(back.image_range(), program.module().unwrap().image_range());
        let shared = shared_module(program.module().unwrap());
        // SAFETY: as above, the other way round.
        let back = unsafe { transmute::<wasm_shared_module_t, Module>(*shared) };
        assert_eq!(back.exports().map(|export| export.name().to_owned()).collect::<Vec<_>>(), ["f"]);
    }
}
