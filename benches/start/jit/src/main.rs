//! `jit FILE.wasm` compiles a guest with Cranelift as it starts, and calls it.

use wasmtime::{Engine, Linker, Module, Store};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};
use wasmtime_wasi::{I32Exit, WasiCtx};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, std::fs::read(std::env::args().nth(1).unwrap())?)?;
    let mut linker: Linker<WasiP1Ctx> = Linker::new(&engine);
    add_to_linker_sync(&mut linker, |wasi| wasi)?;
    let wasi = WasiCtx::builder().inherit_stdio().args(&["guest", "--version"]).build_p1();
    let mut store = Store::new(&engine, wasi);
    let instance = linker.instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    match start.call(&mut store, ()) {
        Err(error) if !error.is::<I32Exit>() => Err(error.into()),
        _ => Ok(()),
    }
}
