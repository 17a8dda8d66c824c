//! WASI 0.2 for components with concurrency, of which one part waits while others go on.

use super::lookup;
use crate::network::Network;
use precompile_runtime::wasmtime::component::{Linker, Resource};
use precompile_runtime::wasmtime::{self, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::WasiFilesystemView;
use wasmtime_wasi::p2;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DirectoryEntryStream, ErrorCode, Host, HostDirectoryEntryStream,
};

/// Adds WASI 0.2 to a linker, as functions that may suspend their caller.
pub(crate) fn add_to_linker_async<T: WasiView + 'static>(
    linker: &mut Linker<T>,
    network: &Network,
) -> wasmtime::Result<()> {
    p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    lookup::replace(linker, network)?;
    // As in the functions that don't suspend.
    linker.instance("wasi:filesystem/types@0.2.12")?.func_wrap_async(
        "[method]directory-entry-stream.read-directory-entry",
        |mut store: StoreContextMut<'_, T>, (stream,): (Resource<DirectoryEntryStream>,)| {
            Box::new(async move {
                let mut filesystem = store.data_mut().filesystem();
                let entry = loop {
                    match filesystem.read_directory_entry(Resource::new_borrow(stream.rep())).await {
                        Ok(entry) => break Ok(entry),
                        Err(error) => match filesystem.convert_error_code(error)? {
                            ErrorCode::IllegalByteSequence | ErrorCode::NoEntry => {}
                            code => break Err(code),
                        },
                    }
                };
                Ok((entry,))
            })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
