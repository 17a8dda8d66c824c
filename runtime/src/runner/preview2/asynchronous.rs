//! WASI 0.2 for components with concurrency, of which one part waits while others go on.

use super::handles::Io;
use super::imported::{FILES, IsImported, add_imported, waiting};
use super::{lookup, prompt};
use crate::network::Network;
use precompile_runtime::wasmtime::component::{Linker, Resource};
use precompile_runtime::wasmtime::{self, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, DirectoryEntryStream, ErrorCode, Host, HostDirectoryEntryStream,
};
use wasmtime_wasi::p2::bindings::sockets::{tcp, udp, udp_create_socket};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};
use wasmtime_wasi_io::bindings::wasi::io::{poll, streams};

/// Adds the interfaces of WASI 0.2 that a component imports to a linker, as functions that may suspend their caller.
pub(crate) fn add_to_linker_async<T: WasiView + 'static>(
    linker: &mut Linker<T>,
    network: &Network,
    is_imported: IsImported<'_>,
) -> wasmtime::Result<()> {
    add_imported(linker, is_imported, &prompt::interfaces())?;
    add_imported(linker, is_imported, &waiting!(T))?;
    lookup::replace(linker, network, is_imported)?;
    if !is_imported(FILES) {
        return Ok(());
    }
    // As in the functions that don't suspend.
    linker.allow_shadowing(true);
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
