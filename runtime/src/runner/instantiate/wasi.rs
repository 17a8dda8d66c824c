//! The instantiation of a module with WASI preview 1.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use crate::preview1::{self, Preview1};
use crate::state;
use crate::{executor, imports, wasi_context};
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Linker;
use precompile_runtime::{Program, link};

/// The maximum size of a buffer for one read or write of a guest without a memory limit. wasmtime's default of 128 MiB
/// is too small for some programs.
const BUFFER_BYTES: usize = 1 << 30;

/// Instantiates a program with its folders, environment and arguments.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<Preview1>, Failure> {
    let mut linker = Linker::new(program.engine());
    let imports = || program.manifest().imports.iter().filter(|it| preview1::MODULES.contains(&it.module));
    if imports().next().is_some() {
        executor::enter(imports().any(|import| import.name == "poll_oneoff"))?;
        preview1::add_to_linker(&mut linker)
            .map_err(|error| Failure::own(Code::Wasi, || format!("{error:#}")))?;
    }
    let mut store =
        state::store(program, args, Preview1::new(wasi_context::builder(args, preview1::broken_pipe)?))?;
    store.set_hostcall_fuel(state::hostcall_fuel(args, BUFFER_BYTES));
    let instance = link::instantiate(&linker, &mut store, program);
    let instance = instance.map_err(|error| {
        imports::not_linked(program, args, state::not_started(&store, Failure::link(error)))
    })?;
    Ok(Guest { store, instance })
}
