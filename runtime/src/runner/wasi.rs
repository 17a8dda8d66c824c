//! What a guest gets of the runner: WASI preview 1.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use crate::state::{self, State};
use crate::{executor, wasi_context};
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Linker;
use precompile_runtime::{Program, link};
use wasmtime_wasi::p1::{self, WasiP1Ctx};

/// Instantiates a program with the folders, the environment and the arguments it was given.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<WasiP1Ctx>, Failure> {
    let mut linker = Linker::new(program.engine());
    if program.manifest().imports.iter().any(|import| import.module == "wasi_snapshot_preview1") {
        executor::enter()?;
        p1::add_to_linker_sync(&mut linker, |state: &mut State<_>| &mut state.world)
            .map_err(|error| Failure::own(Code::Wasi, || format!("{error:#}")))?;
    }
    let mut store = state::store(program, args, wasi_context::builder(args)?.build_p1())?;
    let instance = link::instantiate(&linker, &mut store, program);
    let instance = instance.map_err(|error| state::not_started(&store, Failure::link(error)))?;
    Ok(Guest { store, instance })
}
