//! Calling an exported function of a module, with arguments given as text.

use crate::args;
use crate::failure::Failure;
use crate::guest::{Guest, functions};
use crate::value;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Func, Store, Val};
use std::ffi::OsString;

/// A call of an exported function, with its arguments.
pub(crate) struct Call {
    function: Func,
    arguments: Vec<Val>,
    results: Vec<Val>,
}

impl Call {
    /// A call of an export, with arguments given as text.
    pub(crate) fn new<T>(
        guest: &mut Guest<T>,
        program: &Program,
        name: &str,
        arguments: &[OsString],
    ) -> Result<Call, Failure> {
        let Guest { store, instance } = guest;
        let Some(function) = instance.get_func(&mut *store, name) else {
            return Err(Failure::own(Code::NoFunction, || {
                format!("there is no function `{name}`{}", functions(program))
            }));
        };
        let arguments = typed(&function, store, name, arguments)?;
        let results = vec![Val::I32(0); function.ty(&*store).results().len()];
        if name != "_initialize" {
            guest.initialize()?;
        }
        Ok(Call { function, arguments, results })
    }

    pub(crate) fn run<T>(&mut self, guest: &mut Guest<T>) -> Result<(), Failure> {
        self.function.call(&mut guest.store, &self.arguments, &mut self.results).map_err(Failure::guest)
    }

    /// The results of the last run, one per line.
    pub(crate) fn text(&self) -> String {
        self.results.iter().map(|result| value::text(result) + "\n").collect()
    }
}

fn typed<T>(function: &Func, store: &Store<T>, name: &str, texts: &[OsString]) -> Result<Vec<Val>, Failure> {
    let ty = function.ty(store);
    let types: Vec<_> = ty.params().collect();
    if types.len() != texts.len() {
        return Err(Failure::own(Code::Arguments, || {
            let types: Vec<_> = types.iter().map(|ty| format!(" {ty}")).collect();
            format!("`{name}` takes {} arguments{}, not {}", types.len(), types.concat(), texts.len())
        }));
    }
    let arguments = types.iter().zip(texts).map(|(ty, text)| {
        value::parse(ty, args::text(text)?)
            .map_err(|error| Failure::own(Code::Arguments, || format!("`{name}`: {error}")))
    });
    arguments.collect()
}
