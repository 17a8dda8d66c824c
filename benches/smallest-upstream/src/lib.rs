//! The smallest embedding in upstream's guide, to be measured beside ours: wasmtime with the feature `runtime`
//! alone, an allocator on top of pages, and three guests, the last of which imports a function. Its host gets the
//! text of an error.

#![no_std]

extern crate alloc;

mod platform;

use core::ptr::NonNull;
use core::slice;
use wasmtime::{Config, Engine, Instance, Linker, Module, Result, Store};

/// Runs three artifacts. Where that fails, writes the error and returns the length of its text; 0 otherwise.
///
/// # Safety
///
/// Each pointer is valid for the number of bytes that follows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn run(
    error: *mut u8,
    error_bytes: usize,
    empty: *const u8,
    empty_bytes: usize,
    add: *const u8,
    add_bytes: usize,
    import: *const u8,
    import_bytes: usize,
) -> usize {
    // SAFETY: the caller promises that the pointer is valid.
    let error = unsafe { slice::from_raw_parts_mut(error, error_bytes) };
    // SAFETY: the caller promises that the pointer is valid.
    let [empty, add, import] = [(empty, empty_bytes), (add, add_bytes), (import, import_bytes)]
        .map(|(start, bytes)| unsafe { slice::from_raw_parts(start, bytes) });
    match all(empty, add, import) {
        Ok(()) => 0,
        Err(reason) => {
            let text = alloc::format!("{reason:?}");
            let length = text.len().min(error.len());
            error[..length].copy_from_slice(&text.as_bytes()[..length]);
            length
        }
    }
}

fn all(empty: &'static [u8], add: &'static [u8], import: &'static [u8]) -> Result<()> {
    let engine = engine()?;
    let module = module(&engine, empty)?;
    Instance::new(&mut Store::new(&engine, ()), &module, &[])?;

    let engine = self::engine()?;
    let module = self::module(&engine, add)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &module)?;
    let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add")?;
    assert_eq!(add.call(&mut store, (2, 3))?, 5);

    let engine = self::engine()?;
    let module = self::module(&engine, import)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "multiply", |a: u32, b: u32| a.saturating_mul(b))?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let both = instance.get_typed_func::<(u32, u32, u32), u32>(&mut store, "add_and_mul")?;
    assert_eq!(both.call(&mut store, (2, 3, 4))?, 10);
    Ok(())
}

fn engine() -> Result<Engine> {
    let mut config = Config::new();
    // SAFETY: guests are compiled for processors that have the instructions in whose place functions would be called.
    unsafe { config.x86_float_abi_ok(true) };
    // SAFETY: the function reports the processor's own features.
    unsafe { config.detect_host_feature(platform::has_feature) };
    Engine::new(&config)
}

fn module(engine: &Engine, artifact: &'static [u8]) -> Result<Module> {
    match cfg!(feature = "custom") {
        // SAFETY: the host gives artifacts that wasmtime made.
        true => unsafe { Module::deserialize(engine, artifact) },
        // SAFETY: the host gives artifacts that wasmtime made, and keeps them.
        false => unsafe { Module::deserialize_raw(engine, NonNull::from(artifact)) },
    }
}
