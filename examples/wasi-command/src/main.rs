use precompile_runtime::wasmtime::{self, Linker, Store};
use precompile_runtime::{Runtime, include_cwasm, link};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};
use wasmtime_wasi::{I32Exit, WasiCtx};

fn main() -> wasmtime::Result<()> {
    let program = Runtime::new().open_embedded(include_cwasm!("words"))?;
    let mut linker: Linker<WasiP1Ctx> = Linker::new(program.engine());
    add_to_linker_sync(&mut linker, |wasi| wasi)?;
    let wasi = WasiCtx::builder().inherit_stdio().args(&std::env::args().collect::<Vec<_>>()).build_p1();
    let mut store = Store::new(program.engine(), wasi);
    let instance = link::instantiate(&linker, &mut store, &program)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    match start.call(&mut store, ()) {
        Ok(()) => Ok(()),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => std::process::exit(*code),
            None => Err(error),
        },
    }
}
