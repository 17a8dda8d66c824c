//! The lookup of names by components of WASI 0.2.

use super::imported::IsImported;
use crate::network::Network;
use precompile_runtime::wasmtime::component::{Linker, Resource};
use precompile_runtime::wasmtime::{self, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{self, Host as _};
use wasmtime_wasi::p2::bindings::sockets::network::{self, Host as _};
use wasmtime_wasi::sockets::WasiSocketsView;

const INTERFACE: &str = "wasi:sockets/ip-name-lookup@0.2";

/// Replaces the lookup of names where a component imports it: it finds those of the command line, each with its first address, and asks no server.
pub(super) fn replace<T: WasiView + 'static>(
    linker: &mut Linker<T>,
    network: &Network,
    is_imported: IsImported<'_>,
) -> wasmtime::Result<()> {
    if !is_imported(INTERFACE) {
        return Ok(());
    }
    let names = network.names();
    linker.allow_shadowing(true);
    linker.instance("wasi:sockets/ip-name-lookup@0.2.12")?.func_wrap(
        "resolve-addresses",
        move |mut store: StoreContextMut<'_, T>, (of, name): (Resource<network::Network>, String)| {
            let mut sockets = store.data_mut().sockets();
            let Some(first) = names.find(&name).and_then(|found| found.first().copied()) else {
                return Ok((Err(network::ErrorCode::AccessDenied),));
            };
            let found: Result<Resource<ip_name_lookup::ResolveAddressStream>, _> =
                sockets.resolve_addresses(of, first.to_string());
            Ok((match found {
                Ok(stream) => Ok(stream),
                Err(error) => Err(sockets.convert_error_code(error)?),
            },))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
