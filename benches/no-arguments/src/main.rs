//! Runs `app.cwasm` in the current folder, and reports as the bare runner does.

use precompile_runtime::Runtime;
use precompile_runtime::wasmtime::{Instance, Store};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(125)
        }
    }
}

fn run() -> Result<(), String> {
    let runtime = Runtime::new();
    // SAFETY: the user vouches for the file. Its digest is checked.
    let program = unsafe { runtime.open_file("app.cwasm") }.map_err(|error| error.to_string())?;
    let module = program.module().ok_or("this build runs no components")?;
    let mut store = Store::new(program.engine(), ());
    let settings = &program.manifest().settings;
    if settings.consume_fuel {
        store.set_fuel(u64::MAX).map_err(|error| format!("{error:?}"))?;
    }
    if settings.epoch_interruption {
        store.set_epoch_deadline(u64::MAX);
    }
    let instance = Instance::new(&mut store, module, &[]).map_err(|error| format!("{error:?}"))?;
    let start =
        instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(|error| format!("{error:?}"))?;
    start.call(&mut store, ()).map_err(|error| format!("{error:?}"))
}
