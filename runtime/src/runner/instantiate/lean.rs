//! The instantiation of a module with the small WASI preview 1.

use crate::args::Args;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::guest::Guest;
use crate::{imports, state};
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Instance;
use precompile_wasi::{Context, Input, Output, find, func};

/// The maximum size of a folder's listing for a guest without a memory limit.
const LISTING_BYTES: usize = 1 << 30;

/// Instantiates a program with its folders, environment and arguments. No linker is used: a name is looked up in the
/// table of functions, and only what the program imports is made.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<Context>, Failure> {
    let mut store = state::store(program, args, context(args)?)?;
    let module = program
        .module()
        .ok_or_else(|| Failure::own(Code::Unsupported, || "this build runs no components".into()))?;
    let mut externs = Vec::with_capacity(module.imports().len());
    for import in module.imports() {
        let Some(function) = find(import.module(), import.name()) else {
            let text = || format!("nothing offers the import `{}` of `{}`", import.name(), import.module());
            return Err(imports::not_linked(program, args, Failure::own(Code::NotInstantiated, text)));
        };
        externs.push(func(&mut store, function, |state| &mut state.world).into());
    }
    let instance = Instance::new(&mut store, module, &externs);
    let instance = instance.map_err(|error| {
        imports::not_linked(program, args, state::not_started(&store, Failure::guest(error)))
    })?;
    Ok(Guest { store, instance })
}

fn context(args: &Args) -> Result<Context, Failure> {
    let streams = (Input::Inherited, Output::Stdout, Output::Stderr);
    #[cfg(feature = "measure")]
    let streams = match &args.replay {
        Some(input) => (Input::Bytes(input.clone()), Output::Sink, Output::Sink),
        None => streams,
    };
    let mut context = Context::new(streams.0, streams.1, streams.2);
    // The first argument is the artifact's file name, without the host's folders. The others are the guest's, unless
    // they are for a function.
    context.argument(args.artifact.file_name().unwrap_or(args.artifact.as_os_str()).to_string_lossy());
    if args.invoke.is_none() {
        args.arguments.iter().for_each(|argument| context.argument(argument));
    }
    for (name, value) in &args.environment {
        context.variable(name, value);
    }
    for Folder { host, guest, is_writable } in &args.folders {
        context.folder(host, guest, *is_writable).map_err(|error| {
            Failure::own(Code::Folder, || {
                format!("can't give the guest the folder `{}`: {error}", host.display())
            })
        })?;
    }
    context.set_max_listing_bytes(state::hostcall_fuel(args, LISTING_BYTES));
    Ok(context)
}
