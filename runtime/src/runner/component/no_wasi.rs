//! The substitute for WASI 0.2, in builds without it.

use super::functions::functions;
use crate::args::Args;
use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::artifact::install::RUNNER_HINT;
use precompile_runtime::link::{self, LinkError};
use precompile_runtime::wasmtime::Store;
use precompile_runtime::wasmtime::component::{Component, Instance, Linker};

/// The state behind a component's imports.
pub(super) type World = ();

pub(super) fn new(_: &Program, _: &mut Linker<State<()>>, _: &Args) -> Result<(), Failure> {
    Ok(())
}

pub(super) fn instantiate(
    linker: &Linker<State<()>>,
    store: &mut Store<State<()>>,
    program: &Program,
) -> Result<Result<Instance, LinkError>, Failure> {
    Ok(link::instantiate_component(linker, store, program))
}

pub(super) fn start(_: &mut Store<State<()>>, component: &Component, _: &Instance) -> Result<(), Failure> {
    Err(Failure::own(Code::Unsupported, || {
        format!(
            "this build can't run commands of WASI 0.2: use one with the feature `wasi-p2`{}",
            functions(component)
        )
    })
    .with_hint(RUNNER_HINT))
}
