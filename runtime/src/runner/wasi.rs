//! What a guest gets of the runner: WASI preview 1.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use precompile_runtime::wasmtime::{Linker, Store};
use precompile_runtime::{Program, link};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// Instantiates a program with the folders, the environment and the arguments it was given.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<WasiP1Ctx>, Failure> {
    let mut linker = Linker::new(program.engine());
    if program.manifest().imports.iter().any(|import| import.module == "wasi_snapshot_preview1") {
        p1::add_to_linker_sync(&mut linker, |state| state)
            .map_err(|error| Failure::own(format!("{error:#}")))?;
    }
    let mut builder = WasiCtxBuilder::new();
    // One guest in one process may block its thread.
    builder.inherit_stdio().allow_blocking_current_thread(true);
    // The guest's name, then its arguments, unless these are for a function.
    builder.arg(args.artifact.to_string_lossy());
    if args.invoke.is_none() {
        builder.args(&args.arguments);
    }
    builder.envs(&args.environment);
    for (host, guest) in &args.folders {
        builder.preopened_dir(host, guest, FsPerms::ReadWrite).map_err(|error| {
            Failure::own(format!("can't give the guest the folder `{}`: {error:#}", host.display()))
        })?;
    }
    let mut store = Store::new(program.engine(), builder.build_p1());
    let instance = link::instantiate(&linker, &mut store, program).map_err(Failure::link)?;
    Ok(Guest { store, instance })
}
