//! The runtime.

use super::error::precompile_error_t;
use super::options::{self, precompile_options_t};
use super::pointer::{answer, given};
use crate::description::Description;
use crate::shared::Shared;
use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

/// A runtime, which opens artifacts. It makes an engine for each backend and each set of settings that artifacts were
/// compiled with, and keeps it, so that programs that can share a store do.
///
/// Threads: any number of threads may use a runtime at once, but for `precompile_runtime_delete`.
#[derive(Debug)]
pub struct precompile_runtime_t {
    pub(super) shared: Arc<Shared>,
    description: Description,
}

/// Returns the version of this library, such as `0.1.0`.
///
/// Ownership: the text is the library's own, and stays.
#[unsafe(no_mangle)]
pub extern "C" fn precompile_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Makes a runtime.
///
/// Ownership: the runtime is the caller's, to be deleted with `precompile_runtime_delete`. The options are only read.
///
/// Errors: options that aren't understood, or that this build has no feature for. `*runtime` is unchanged then.
///
/// @param options   the options, or NULL for the default ones
/// @param runtime   receives the runtime
///
/// # Safety
///
/// The options are null or valid, and so are their texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn precompile_runtime_new(
    options: *const precompile_options_t,
    runtime: Option<&mut *mut precompile_runtime_t>,
) -> Option<Box<precompile_error_t>> {
    answer(|| {
        let runtime = given(runtime, "runtime")?;
        // SAFETY: the caller promises the same.
        let shared = Arc::new(Shared::new(unsafe { options::config(options) }?));
        let new = precompile_runtime_t { shared, description: Description::default() };
        *runtime = Box::into_raw(Box::new(new));
        Ok(())
    })
}

/// Increments the epoch of every engine of the runtime. This interrupts guests whose store's deadline has come, if they
/// were compiled with `-W epoch-interruption`.
///
/// Threads: any, also while guests run, such as a thread that is a clock.
///
/// @param runtime   the runtime; nothing is done for NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_runtime_increment_epoch(runtime: Option<&precompile_runtime_t>) {
    #[cfg(target_has_atomic = "64")]
    if let Some(runtime) = runtime {
        runtime.shared.runtime.increment_epoch();
    }
}

/// Returns the description of this host as JSON: what the machine and this build of the library offer to artifacts, and
/// what they demand. `precompile explain --for` reads it.
///
/// Ownership: the text is the runtime's, and is there until that is deleted.
///
/// @param runtime   the runtime
/// @return          NULL if `runtime` is NULL, or if the library was built without the feature `describe`
#[unsafe(no_mangle)]
pub extern "C" fn precompile_runtime_describe(runtime: Option<&precompile_runtime_t>) -> *const c_char {
    runtime.map_or(ptr::null(), |runtime| runtime.description.of(|| runtime.shared.runtime.host()))
}

/// Deletes a runtime. Its programs stay, and so do modules, engines and stores that were made from them.
///
/// Threads: no other thread uses the runtime meanwhile.
///
/// @param runtime   the runtime, which must not be used afterwards, nor deleted again; nothing is done for NULL
#[unsafe(no_mangle)]
pub extern "C" fn precompile_runtime_delete(runtime: Option<Box<precompile_runtime_t>>) {
    drop(runtime);
}
