//! WASI preview 1 by wasmtime-wasi.

use crate::args::Args;
use crate::failure::Failure;
use crate::preview1::{self, Preview1};
use crate::state::{self, State};
use crate::{executor, wasi_context};
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Extern, Linker, Store};

/// The maximum size of a buffer for one read or write of a guest without a memory limit. wasmtime's default of 128 MiB
/// is too small for some programs.
const BUFFER_BYTES: usize = 1 << 30;

/// The state behind the imports.
pub(crate) type World = Preview1;

/// The functions of WASI, if a program imports one.
pub(super) struct Offer(Option<Linker<State<World>>>);

impl Offer {
    /// The functions for these programs, which have the same engine.
    pub(super) fn new(programs: &[&Program]) -> Result<Offer, Failure> {
        let imports = || programs.iter().flat_map(|program| program.manifest().imports.iter());
        let imports = || imports().filter(|it| preview1::MODULES.contains(&it.module));
        let (Some(program), Some(_)) = (programs.first(), imports().next()) else { return Ok(Offer(None)) };
        executor::enter(imports().any(|import| import.name == "poll_oneoff"))?;
        let mut linker = Linker::new(program.engine());
        preview1::add_to_linker(&mut linker)
            .map_err(|error| Failure::own(Code::Wasi, || format!("{error:#}")))?;
        Ok(Offer(Some(linker)))
    }

    /// The state of a guest with its folders, environment and arguments.
    pub(super) fn world(args: &Args) -> Result<World, Failure> {
        Ok(Preview1::new(wasi_context::builder(args, preview1::broken_pipe)?))
    }

    /// Sets what the store needs besides.
    pub(super) fn prepare(&self, store: &mut Store<State<World>>, args: &Args) {
        store.set_hostcall_fuel(state::hostcall_fuel(args, BUFFER_BYTES));
    }

    /// The function of this name.
    pub(super) fn find(&self, store: &mut Store<State<World>>, module: &str, name: &str) -> Option<Extern> {
        self.0.as_ref()?.get(store, module, name).ok()
    }
}
