//! What a guest gets of the runner without WASI: nothing.

use crate::args::Args;
use crate::failure::Failure;
use crate::guest::Guest;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::{Instance, Store};

/// Instantiates a program that imports nothing.
pub(crate) fn instantiate(program: &Program, _: &Args) -> Result<Guest<()>, Failure> {
    if let Some(import) = program.manifest().imports.first() {
        return Err(Failure::own(format!(
            "the program imports `{}` from `{}`, and this build of the runner offers nothing: \
             use one with the feature `wasi`",
            import.name, import.module
        )));
    }
    let mut store = Store::new(program.engine(), ());
    let instance = Instance::new(&mut store, program.module().unwrap(), &[]).map_err(Failure::guest)?;
    Ok(Guest { store, instance })
}
