//! `aot GUEST-BACKEND` calls an embedded guest; `aot FILE.cwasm` calls a guest in a file.

use precompile_runtime::wasmtime::{Linker, Store};
use precompile_runtime::{Embedded, Runtime, include_cwasm, link};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};
use wasmtime_wasi::{I32Exit, WasiCtx};

static GUESTS: [&Embedded; 4] = [
    include_cwasm!("LARGE-winch"),
    include_cwasm!("LARGE-cranelift"),
    include_cwasm!("SMALL-winch"),
    include_cwasm!("SMALL-cranelift"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap();
    let runtime = Runtime::new();
    let program = match GUESTS.iter().find(|guest| guest.name() == name) {
        Some(guest) => runtime.open_embedded(guest)?,
        // SAFETY: the benchmark has just made the artifact.
        None => unsafe { runtime.open_file(&name)? },
    };
    let mut linker: Linker<WasiP1Ctx> = Linker::new(program.engine());
    add_to_linker_sync(&mut linker, |wasi| wasi)?;
    let wasi = WasiCtx::builder().inherit_stdio().args(&["guest", "--version"]).build_p1();
    let mut store = Store::new(program.engine(), wasi);
    let instance = link::instantiate(&linker, &mut store, &program)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    match start.call(&mut store, ()) {
        Err(error) if !error.is::<I32Exit>() => Err(error.into()),
        _ => Ok(()),
    }
}
