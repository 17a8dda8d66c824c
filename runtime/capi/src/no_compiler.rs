//! The functions of wasmtime.h that a library without a compiler lacks.
//!
//! Upstream leaves them out of such a library. Bindings that look every function up, as those of Python and .NET do,
//! couldn't load it then. So they are here, and return an error that says what to do instead, as far as they can: a
//! function that has no place for an error returns nothing, and a setting of a compiler has no effect.
//!
//! Three more groups aren't of compiling, and are never built: the guest profiler, `wasi-http` and the cache, which need
//! large libraries of their own.

use std::ffi::{c_char, c_void};
use wasmtime_c_api::wasmtime::format_err;
use wasmtime_c_api::{
    wasm_byte_vec_new_empty, wasm_byte_vec_t, wasm_config_t, wasm_engine_t, wasm_module_t, wasm_store_t,
    wasmtime_error_t, wasmtime_module_t,
};

/// The result of functions with a place for an error.
type Answer = Option<Box<wasmtime_error_t>>;

/// The error of a function that compiles.
fn no_compiler() -> Answer {
    Some(Box::new(format_err!("this library holds no compiler: compile with `precompile`").into()))
}

/// The error of a function that is never built.
fn left_out(part: &str) -> Answer {
    Some(Box::new(format_err!("this library holds no {part}: use upstream's, if you need it").into()))
}

/// Defines functions with C linkage.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {$(
        #[doc = concat!("Upstream's `", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($argument: $type),*) $(-> $result)? $body
    )*};
}

// Compiling, and what writes or reads modules that are to be compiled.
functions! {
    fn wasm_module_new(_store: &wasm_store_t, _binary: &wasm_byte_vec_t) -> Option<Box<wasm_module_t>> { None }
    fn wasm_module_validate(_store: &wasm_store_t, _binary: &wasm_byte_vec_t) -> bool { false }
    fn wasm_module_serialize(_module: &wasm_module_t, out: &mut wasm_byte_vec_t) { wasm_byte_vec_new_empty(out) }
    fn wasmtime_module_new(
        _engine: &wasm_engine_t, _wasm: *const u8, _length: usize, _out: *mut *mut wasmtime_module_t
    ) -> Answer { no_compiler() }
    fn wasmtime_module_validate(_engine: &wasm_engine_t, _wasm: *const u8, _length: usize) -> Answer { no_compiler() }
    fn wasmtime_module_serialize(_module: &wasmtime_module_t, _out: *mut wasm_byte_vec_t) -> Answer { no_compiler() }
    fn wasmtime_component_new(
        _engine: &wasm_engine_t, _wasm: *const u8, _length: usize, _out: *mut *mut c_void
    ) -> Answer { no_compiler() }
    fn wasmtime_component_serialize(_component: *const c_void, _out: *mut wasm_byte_vec_t) -> Answer { no_compiler() }
    fn wasmtime_wat2wasm(_text: *const u8, _length: usize, _out: *mut wasm_byte_vec_t) -> Answer { no_compiler() }
}

// The settings of a compiler.
functions! {
    fn wasmtime_config_strategy_set(_config: &wasm_config_t, _strategy: u8) {}
    fn wasmtime_config_parallel_compilation_set(_config: &wasm_config_t, _enable: bool) {}
    fn wasmtime_config_cranelift_debug_verifier_set(_config: &wasm_config_t, _enable: bool) {}
    fn wasmtime_config_cranelift_nan_canonicalization_set(_config: &wasm_config_t, _enable: bool) {}
    fn wasmtime_config_cranelift_opt_level_set(_config: &wasm_config_t, _level: u8) {}
    fn wasmtime_config_cranelift_regalloc_algorithm_set(_config: &wasm_config_t, _algorithm: u8) {}
    fn wasmtime_config_cranelift_flag_enable(_config: &wasm_config_t, _flag: *const c_char) {}
    fn wasmtime_config_cranelift_flag_set(_config: &wasm_config_t, _flag: *const c_char, _value: *const c_char) {}
}

// The cache of compiled modules, the guest profiler, and wasi-http.
functions! {
    fn wasmtime_config_cache_config_load(_config: &wasm_config_t, _file: *const c_char) -> Answer { no_compiler() }
    fn wasmtime_guestprofiler_new(
        _engine: &wasm_engine_t, _name: *const wasm_byte_vec_t, _nanoseconds: u64, _modules: *const c_void,
        _length: usize
    ) -> *mut c_void { std::ptr::null_mut() }
    fn wasmtime_guestprofiler_delete(_profiler: *mut c_void) {}
    fn wasmtime_guestprofiler_sample(_profiler: *mut c_void, _store: *const c_void, _nanoseconds: u64) {}
    fn wasmtime_guestprofiler_finish(_profiler: *mut c_void, _out: *mut wasm_byte_vec_t) -> Answer {
        left_out("profiler")
    }
    fn wasmtime_context_set_wasi_http(_store: *mut c_void) {}
    fn wasmtime_component_linker_add_wasi_http(_linker: *mut c_void) -> Answer { left_out("wasi-http") }
    fn wasmtime_component_linker_add_wasi_http_async(_linker: *mut c_void) -> Answer { left_out("wasi-http") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;
    use wasmtime_c_api::{wasm_engine_new, wasm_name_t, wasmtime_error_message};

    fn message(answer: Answer) -> String {
        let mut text = wasm_name_t::default();
        wasmtime_error_message(&answer.unwrap(), &mut text);
        String::from_utf8(text.as_slice().to_vec()).unwrap()
    }

    #[test]
    fn functions_say_what_to_do_instead() {
        let compiled = wasmtime_module_new(&wasm_engine_new(), ptr::null(), 0, ptr::null_mut());
        assert_eq!(message(compiled), "this library holds no compiler: compile with `precompile`");
        let profiled = wasmtime_guestprofiler_finish(ptr::null_mut(), ptr::null_mut());
        assert_eq!(message(profiled), "this library holds no profiler: use upstream's, if you need it");
    }
}
