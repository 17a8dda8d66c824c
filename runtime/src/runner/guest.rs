//! An instantiated program.

use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::Program;
use precompile_runtime::artifact::install::RUNNER_HINT;
use precompile_runtime::artifact::{Code, Escaped};
use precompile_runtime::wasmtime::{self, Instance, Store, TypedFunc};

/// An instantiated program, with its store.
pub(crate) struct Guest<T: 'static> {
    pub(crate) store: Store<State<T>>,
    pub(crate) instance: Instance,
}

impl<T> Guest<T> {
    /// Runs a command: calls the function with the empty name, or `_start`, like upstream's command line.
    pub(crate) fn start(&mut self, program: &Program) -> Result<(), Failure> {
        let main = ["", "_start"]
            .into_iter()
            .find_map(|name| procedure(&self.instance, &mut self.store, name)?.ok());
        let Some(main) = main else {
            return Err(Failure::own(Code::NoStart, || {
                format!("it is no command, as it has no function `_start`{}", functions(program))
            }));
        };
        self.initialize()?;
        main.call(&mut self.store, ()).map_err(Failure::guest)
    }

    /// Initializes the program, as [`initialize`].
    pub(crate) fn initialize(&mut self) -> Result<(), Failure> {
        initialize(&self.instance, &mut self.store)
    }
}

/// Calls `_initialize`, if a program exports it: a library for WASI expects that before any other call.
pub(crate) fn initialize<T>(instance: &Instance, store: &mut Store<State<T>>) -> Result<(), Failure> {
    let Some(initialize) = procedure(instance, store, "_initialize") else { return Ok(()) };
    initialize.and_then(|initialize| initialize.call(store, ())).map_err(Failure::guest)
}

/// The exported function with this name, which must have no parameters and no results.
fn procedure<T>(
    instance: &Instance,
    store: &mut Store<State<T>>,
    name: &str,
) -> Option<wasmtime::Result<TypedFunc<(), ()>>> {
    Some(instance.get_func(&mut *store, name)?.typed(store))
}

/// The functions that can be called, for a message.
pub(crate) fn functions(program: &Program) -> String {
    let mut names = String::new();
    for export in program.manifest().exports.iter().filter(|export| export.ty.starts_with("(func")) {
        let comma = if names.is_empty() { "" } else { ", " };
        names += &format!("{comma}`{}`", Escaped(export.name));
    }
    match names.is_empty() {
        true => "; it exports no functions".into(),
        false if cfg!(feature = "invoke") => format!("; `--invoke` can call {names}"),
        false => format!("; a build with the feature `invoke` can call {names}; {RUNNER_HINT}"),
    }
}
