//! What a guest gets of the runner: WASI preview 1.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use crate::preview1::{self, Preview1};
use crate::state;
use crate::{executor, imports, wasi_context};
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Linker;
use precompile_runtime::{Program, link};

/// How large a buffer may be that a guest reads into or writes at once, where nobody limits its memory. wasmtime's
/// own 128 MiB refuse what programs do.
const BUFFER_BYTES: usize = 1 << 30;

/// Instantiates a program with the folders, the environment and the arguments it was given.
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
