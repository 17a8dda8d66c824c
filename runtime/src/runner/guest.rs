//! An instantiated program.

use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Instance, Store};

/// An instantiated program, with the state behind its imports.
pub(crate) struct Guest<T: 'static> {
    pub(crate) store: Store<State<T>>,
    pub(crate) instance: Instance,
}

impl<T> Guest<T> {
    /// Runs a command: calls the function without a name, or `_start`, as upstream's command line does.
    pub(crate) fn start(&mut self, program: &Program) -> Result<(), Failure> {
        let Guest { store, instance } = self;
        let mut main = |name| instance.get_typed_func::<(), ()>(&mut *store, name);
        let Ok(main) = main("").or_else(|_| main("_start")) else {
            return Err(Failure::own(Code::NoStart, || {
                format!("it is no command, as it has no function `_start`{}", functions(program))
            }));
        };
        self.initialize()?;
        main.call(&mut self.store, ()).map_err(Failure::guest)
    }

    /// Calls what a library for WASI expects before any other call, where it is one.
    pub(crate) fn initialize(&mut self) -> Result<(), Failure> {
        let Guest { store, instance } = self;
        let initialize = instance.get_func(&mut *store, "_initialize");
        initialize
            .map_or(Ok(()), |initialize| initialize.call(&mut *store, &[], &mut []).map_err(Failure::guest))
    }
}

/// What can be called, for a message.
pub(crate) fn functions(program: &Program) -> String {
    let exports = program.manifest().exports.iter().filter(|export| export.ty.starts_with("(func"));
    let names: Vec<_> = exports.map(|export| format!("`{}`", export.name.escape_debug())).collect();
    match names.is_empty() {
        true => "; it exports no functions".into(),
        false if cfg!(feature = "invoke") => format!("; `--invoke` can call {}", names.join(", ")),
        false => format!("; a build with the feature `invoke` can call {}", names.join(", ")),
    }
}
