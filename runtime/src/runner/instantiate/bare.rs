//! The instantiation of a module in a build without WASI.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use crate::imports;
use crate::state;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Instance;

/// Instantiates a program that imports nothing.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<()>, Failure> {
    let mut store = state::store(program, args, ())?;
    let module = program
        .module()
        .ok_or_else(|| Failure::own(Code::Unsupported, || "this build runs no components".into()))?;
    // A linker would make this ten times as large, and there is nothing to link.
    let instance = Instance::new(&mut store, module, &[]);
    let instance = instance.map_err(|error| {
        imports::not_linked(program, &args.artifact, args, state::not_started(&store, Failure::guest(error)))
    })?;
    Ok(Guest { store, instance })
}
