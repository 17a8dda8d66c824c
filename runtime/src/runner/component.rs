//! Running components.

#[cfg(feature = "wasi-p3")]
mod concurrent;
#[cfg(feature = "wasi-p3")]
pub(crate) mod executor;
mod functions;
#[cfg(not(feature = "wasi-p2"))]
mod no_wasi;
#[cfg(feature = "wasi-p2")]
pub(crate) mod wasi;

use crate::args::Args;
use crate::failure::Failure;
use crate::imports;
use crate::state::{self, State};
#[cfg(feature = "wave")]
use crate::wave::Call;
#[cfg(not(feature = "wasi-p2"))]
use no_wasi as world;
use precompile_runtime::Program;
#[cfg(any(not(feature = "wave"), feature = "preload", feature = "plugin"))]
use precompile_runtime::artifact::Code;
#[cfg(not(feature = "wave"))]
use precompile_runtime::artifact::install::RUNNER_HINT;
use precompile_runtime::wasmtime::Store;
use precompile_runtime::wasmtime::component::{Component, Instance, Linker};
#[cfg(feature = "wave")]
use std::ffi::OsString;
#[cfg(feature = "wasi-p2")]
use wasi as world;
use world::World;

/// A component's instance, with its store.
pub(crate) struct Guest {
    store: Store<State<World>>,
    instance: Instance,
}

impl Guest {
    /// Instantiates a component with its folders, environment and arguments.
    pub(crate) fn new(program: &Program, args: &Args) -> Result<Guest, Failure> {
        #[cfg(any(feature = "preload", feature = "plugin"))]
        refuse_libraries(args)?;
        let mut linker = Linker::new(program.engine());
        let mut store = state::store(program, args, world::new(program, &mut linker, args)?)?;
        #[cfg(feature = "wasi-p2")]
        store.set_hostcall_fuel(state::hostcall_fuel(args, store.hostcall_fuel()));
        let instance = world::instantiate(&linker, &mut store, program)?;
        let instance = instance.map_err(|error| {
            imports::not_linked(
                program,
                &args.artifact,
                args,
                state::not_started(&store, Failure::link(error)),
            )
        })?;
        Ok(Guest { store, instance })
    }

    /// Runs a command.
    pub(crate) fn start(&mut self, component: &Component) -> Result<(), Failure> {
        world::start(&mut self.store, component, &self.instance)
    }

    /// A call of an exported function.
    #[cfg(feature = "wave")]
    pub(crate) fn call(
        &mut self,
        component: &Component,
        function: &str,
        arguments: &[OsString],
    ) -> Result<Call, Failure> {
        Call::new(&mut self.store, component, &self.instance, function, arguments)
    }

    #[cfg(feature = "wave")]
    pub(crate) fn run(&mut self, call: &mut Call) -> Result<(), Failure> {
        call.run(&mut self.store)
    }
}

/// Refuses the libraries and plugins of the command line, whose functions a component can't import.
///
/// # Errors
///
/// If there is one.
#[cfg(any(feature = "preload", feature = "plugin"))]
pub(crate) fn refuse_libraries(args: &Args) -> Result<(), Failure> {
    let has_none = true;
    #[cfg(feature = "preload")]
    let has_none = has_none && args.preloads.is_empty();
    #[cfg(feature = "plugin")]
    let has_none = has_none && args.plugins.is_empty();
    if has_none {
        return Ok(());
    }
    Err(Failure::own(Code::OtherKind, || {
        format!(
            "`{}` is a component, and only modules import from libraries and plugins: leave out `--preload` and `--plugin`",
            args.artifact.display()
        )
    }))
}

/// Runs a component: a command, or the function that was asked for.
pub(crate) fn run(program: &Program, component: &Component, args: &Args) -> Result<(), Failure> {
    let mut guest = Guest::new(program, args)?;
    match &args.invoke {
        #[cfg(feature = "wave")]
        Some(function) => {
            let mut call = guest.call(component, function, &args.arguments)?;
            guest.run(&mut call)?;
            crate::print::print(&call.text()?)
        }
        #[cfg(not(feature = "wave"))]
        Some(_) => Err(no_functions()),
        None => guest.start(component),
    }
}

/// The error for `--invoke` in a build without `wave`.
#[cfg(not(feature = "wave"))]
pub(crate) fn no_functions() -> Failure {
    Failure::own(Code::Unsupported, || {
        "this build can't call functions of components: use one with the feature `wave`".into()
    })
    .with_hint(RUNNER_HINT)
}
