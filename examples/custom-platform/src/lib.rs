//! WebAssembly in a program without Rust's standard library: a static library for a host in C, which runs one kind
//! of guest and needs nothing of its platform but the functions in `host/platform.h`.
//!
//! The guest imports `host.log`, a function that takes a number, and exports `work`, a function of a number.

#![no_std]

extern crate alloc;

mod allocator;
#[cfg(feature = "code-memory")]
mod code_memory;
mod failure;
mod host;

use alloc::string::{String, ToString};
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{self, Func, Instance, Store, Trap};
use precompile_runtime::{Runtime, RuntimeConfig};

/// The stack that the guest may use, in bytes.
const GUEST_STACK_BYTES: usize = 64 << 10;

/// Opens an artifact, calls its `work` with `argument`, and writes the returned number to `result`.
///
/// Returns 0, or 1 after it has reported an error.
///
/// # Safety
///
/// The artifact was made by precompile, starts at a multiple of 16, and is never changed. `result` can be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn guest_work(
    artifact: *const u8,
    artifact_bytes: usize,
    argument: i64,
    result: *mut i64,
) -> i32 {
    // SAFETY: the caller promises that the artifact stays as it is.
    let artifact = unsafe { core::slice::from_raw_parts(artifact, artifact_bytes) };
    match work(artifact, argument) {
        Ok(returned) => {
            // SAFETY: the caller promises that `result` can be written to.
            unsafe { result.write(returned) };
            0
        }
        Err(reason) => {
            host::report(&reason);
            1
        }
    }
}

fn work(artifact: &'static [u8], argument: i64) -> Result<i64, String> {
    let config = RuntimeConfig {
        guest_stack_bytes: GUEST_STACK_BYTES,
        #[cfg(feature = "code-memory")]
        code_memory: Some(alloc::sync::Arc::new(code_memory::CodeMemory)),
        ..RuntimeConfig::default()
    };
    let runtime = Runtime::with_config(config);
    // SAFETY: the caller promises that precompile made the artifact, and that nobody changes it.
    let program = unsafe { runtime.open_static(artifact) }.map_err(|error| error.to_string())?;
    let module = program.module().ok_or("it is a component")?;
    let mut store = Store::try_new(program.engine(), ()).map_err(reason)?;
    let log = Func::wrap(&mut store, |number: i64| host::log(number));
    let instance = Instance::new(&mut store, module, &[log.into()]).map_err(reason)?;
    let work = instance.get_typed_func::<i64, i64>(&mut store, "work").map_err(reason)?;
    host::opened();
    work.call(&mut store, argument).map_err(reason)
}

/// An error in words, or as the number that `precompile explain --code` explains.
fn reason(error: wasmtime::Error) -> String {
    if cfg!(feature = "messages") {
        return alloc::format!("{error:?}");
    }
    let trap = error.downcast_ref::<Trap>().map(|trap| Code::Trap(*trap as u8));
    trap.unwrap_or(Code::NotInstantiated).to_string()
}
