//! What a guest gets of the runner without WASI: nothing.

use crate::args::Args;
use crate::failure::Failure;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::Linker;

/// The state behind the guest's imports.
pub(crate) type State = ();

/// What a program may import.
pub(crate) fn new(program: &Program, _: &Args) -> Result<(Linker<State>, State), Failure> {
    if let Some(import) = program.manifest().imports.iter().find(|import| import.module.starts_with("wasi")) {
        let message = format!(
            "the program imports `{}` from `{}`, and this build has no WASI: use one with the feature `wasi`",
            import.name, import.module
        );
        return Err(Failure::own(message));
    }
    Ok((Linker::new(program.engine()), ()))
}
