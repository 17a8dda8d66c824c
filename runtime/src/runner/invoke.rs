//! Calling into the guest.

use crate::failure::Failure;
use crate::value;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::{Func, Instance, Store, Val};
use std::io::Write;

/// Runs a command: calls `_start`.
pub(crate) fn start<T>(store: &mut Store<T>, instance: &Instance, program: &Program) -> Result<(), Failure> {
    let Some(start) = instance.get_func(&mut *store, "_start") else {
        return Err(Failure::own(format!(
            "this is no command, as it has no export `_start`: name a function with `--invoke`{}",
            functions(program)
        )));
    };
    start.call(store, &[], &mut []).map_err(Failure::guest)
}

/// Calls an export with arguments given as text, and prints its results, one a line.
pub(crate) fn function<T>(
    store: &mut Store<T>,
    instance: &Instance,
    program: &Program,
    name: &str,
    arguments: &[String],
) -> Result<(), Failure> {
    let Some(function) = instance.get_func(&mut *store, name) else {
        return Err(Failure::own(format!("there is no function `{name}`{}", functions(program))));
    };
    let arguments = typed(&function, store, name, arguments)?;
    // A library for WASI expects this before any other call.
    if let Some(initialize) = instance.get_func(&mut *store, "_initialize").filter(|_| name != "_initialize")
    {
        initialize.call(&mut *store, &[], &mut []).map_err(Failure::guest)?;
    }
    let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
    function.call(&mut *store, &arguments, &mut results).map_err(Failure::guest)?;
    let lines: Vec<_> = results.iter().map(|result| value::text(result) + "\n").collect();
    print(&lines.concat())
}

/// Prints to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| Failure::own(format!("can't write to standard output: {error}")))
}

fn typed<T>(function: &Func, store: &Store<T>, name: &str, texts: &[String]) -> Result<Vec<Val>, Failure> {
    let ty = function.ty(store);
    let types: Vec<_> = ty.params().collect();
    if types.len() != texts.len() {
        let types: Vec<_> = types.iter().map(|ty| format!(" {ty}")).collect();
        return Err(Failure::own(format!(
            "`{name}` takes {} arguments{}, not {}",
            types.len(),
            types.concat(),
            texts.len()
        )));
    }
    let arguments = types.iter().zip(texts).map(|(ty, text)| value::parse(ty, text));
    arguments.collect::<Result<_, _>>().map_err(|error| Failure::own(format!("`{name}`: {error}")))
}

/// What can be invoked, for a message.
fn functions(program: &Program) -> String {
    let exports = program.manifest().exports.iter().filter(|export| export.ty.starts_with("(func"));
    let names: Vec<_> = exports.map(|export| format!("`{}`", export.name)).collect();
    if names.is_empty() {
        "; it exports no functions".into()
    } else {
        format!("; it has {}", names.join(", "))
    }
}
