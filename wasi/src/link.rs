//! The functions as wasmtime's.

use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::functions::{FUNCTIONS, Function, MODULES, find};
use crate::memory::Memory;
use wasmtime::{AsContextMut, Caller, Engine, Extern, Func, FuncType, Linker, Val, ValType};

/// The largest number of parameters.
const MAX_PARAMS: usize = 9;

/// Adds all functions of preview 1 and preview 0 to a linker, whose guests must export their memory as `memory`.
///
/// # Errors
///
/// If the linker has one of the names.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut Context + Copy + Send + Sync + 'static,
) -> wasmtime::Result<()> {
    for module in MODULES {
        for Function { name, .. } in &FUNCTIONS {
            let function = find(module, name).expect("each module has each function");
            let ty = function_type(linker.engine(), function);
            linker.func_new(module, name, ty, move |mut guest, params, results| {
                answer(&mut guest, function, context, params, results)
            })?;
        }
    }
    Ok(())
}

/// A function of WASI for the guests of a store, whose context is a part of the store's data. The guest must export its
/// memory as `memory`.
pub fn func<T: 'static>(
    mut store: impl AsContextMut<Data = T>,
    function: &'static Function,
    context: impl Fn(&mut T) -> &mut Context + Copy + Send + Sync + 'static,
) -> Func {
    let ty = function_type(store.as_context().engine(), function);
    Func::new(&mut store, ty, move |mut guest, params, results| {
        answer(&mut guest, function, context, params, results)
    })
}

fn function_type(engine: &Engine, function: &Function) -> FuncType {
    let params = function.params.bytes().map(|param| if param == b'j' { ValType::I64 } else { ValType::I32 });
    FuncType::new(engine, params, function.has_result.then_some(ValType::I32))
}

/// Calls a function, and writes its result.
fn answer<T: 'static>(
    guest: &mut Caller<'_, T>,
    function: &Function,
    context: impl Fn(&mut T) -> &mut Context,
    params: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let errno = call(guest, function, context, params)?;
    if let Some(result) = results.first_mut() {
        *result = Val::I32(errno.into());
    }
    Ok(())
}

fn call<T: 'static>(
    guest: &mut Caller<'_, T>,
    function: &Function,
    context: impl Fn(&mut T) -> &mut Context,
    params: &[Val],
) -> wasmtime::Result<u16> {
    let mut args = [0; MAX_PARAMS];
    for (arg, param) in args.iter_mut().zip(params) {
        *arg = match param {
            Val::I32(param) => u64::from(param.cast_unsigned()),
            Val::I64(param) => param.cast_unsigned(),
            _ => unreachable!("the function has no such parameters"),
        };
    }
    let args = Args(&args);
    let errno = match guest.get_export("memory") {
        Some(Extern::Memory(memory)) => {
            let (bytes, data) = memory.data_and_store_mut(guest);
            function.call(context(data), &mut Memory::Unshared(bytes), args)
        }
        #[cfg(feature = "threads")]
        Some(Extern::SharedMemory(memory)) => {
            function.call(context(guest.data_mut()), &mut Memory::Shared(memory.data()), args)
        }
        _ => return Err(wasmtime::Error::msg("the guest exports no memory, which WASI needs")),
    };
    errno.map_err(|error| match error {
        Error::Exit(exit) => exit.into(),
        Error::Trap(trap) => trap.into(),
        Error::Errno(_) => unreachable!("a number is a result"),
    })
}
