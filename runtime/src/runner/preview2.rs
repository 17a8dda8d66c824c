//! WASI 0.2, for components.
//!
//! All functions but two are wasmtime-wasi's. An interface that no import names isn't added: it would take its part of the
//! start.

#[cfg(feature = "wasi-p3")]
mod asynchronous;
mod handles;
mod imported;
mod lookup;
mod prompt;

#[cfg(feature = "wasi-p3")]
pub(crate) use asynchronous::add_to_linker_async;
pub(crate) use imported::IsImported;

use crate::network::Network;
use handles::Io;
use imported::{FILES, add_imported, waiting};
use precompile_runtime::wasmtime::component::{Linker, Resource};
use precompile_runtime::wasmtime::{self, StoreContextMut};
use std::io;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::StreamError;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    self, DirectoryEntryStream, ErrorCode, Host, HostDirectoryEntryStream,
};
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::bindings::sync::sockets::{tcp, udp, udp_create_socket};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};

/// The interfaces, with the part of their version that must be the same.
pub(crate) const INTERFACES: [&str; 27] = [
    "wasi:cli/environment@0.2",
    "wasi:cli/exit@0.2",
    "wasi:cli/stderr@0.2",
    "wasi:cli/stdin@0.2",
    "wasi:cli/stdout@0.2",
    "wasi:cli/terminal-input@0.2",
    "wasi:cli/terminal-output@0.2",
    "wasi:cli/terminal-stderr@0.2",
    "wasi:cli/terminal-stdin@0.2",
    "wasi:cli/terminal-stdout@0.2",
    "wasi:clocks/monotonic-clock@0.2",
    "wasi:clocks/wall-clock@0.2",
    "wasi:filesystem/preopens@0.2",
    "wasi:filesystem/types@0.2",
    "wasi:io/error@0.2",
    "wasi:io/poll@0.2",
    "wasi:io/streams@0.2",
    "wasi:random/insecure-seed@0.2",
    "wasi:random/insecure@0.2",
    "wasi:random/random@0.2",
    "wasi:sockets/instance-network@0.2",
    "wasi:sockets/ip-name-lookup@0.2",
    "wasi:sockets/network@0.2",
    "wasi:sockets/tcp-create-socket@0.2",
    "wasi:sockets/tcp@0.2",
    "wasi:sockets/udp-create-socket@0.2",
    "wasi:sockets/udp@0.2",
];

/// Adds the interfaces of WASI 0.2 that a component imports to a linker.
pub(crate) fn add_to_linker<T: WasiView + 'static>(
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
    // WASI has no name for an entry whose name isn't UTF-8. wasmtime-wasi returns an error, after which guests stop
    // reading the folder. Here such an entry is skipped.
    linker.allow_shadowing(true);
    linker.instance("wasi:filesystem/types@0.2.12")?.func_wrap(
        "[method]directory-entry-stream.read-directory-entry",
        |mut store: StoreContextMut<'_, T>, (stream,): (Resource<DirectoryEntryStream>,)| {
            let mut filesystem = store.data_mut().filesystem();
            let entry = loop {
                match filesystem.read_directory_entry(Resource::new_borrow(stream.rep())) {
                    Ok(entry) => break Ok(entry),
                    Err(error) => match filesystem.convert_error_code(error)? {
                        // So is an entry that was removed meanwhile.
                        ErrorCode::IllegalByteSequence | ErrorCode::NoEntry => {}
                        code => break Err(code),
                    },
                }
            };
            Ok((entry,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The error of a broken pipe, which wasi-libc turns into EPIPE. It would turn a more detailed error into EIO.
pub(crate) fn broken_pipe(_: io::Error) -> StreamError {
    StreamError::Closed
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use precompile_runtime::wasmtime::component::{ResourceTable, ResourceType};
    use precompile_runtime::wasmtime::{Config, Engine};
    use wasmtime_wasi::{WasiCtx, WasiCtxView};

    /// The state of a linker without guests.
    pub(crate) struct Guest(WasiCtx, ResourceTable);

    impl WasiView for Guest {
        fn ctx(&mut self) -> WasiCtxView<'_> {
            WasiCtxView { ctx: &mut self.0, table: &mut self.1 }
        }
    }

    /// Returns true if a linker has an interface: a defined name can't be defined again.
    pub(crate) fn is_linked<T: 'static>(linker: &mut Linker<T>, name: &str) -> bool {
        linker.root().resource(name, ResourceType::host::<()>(), |_, _| Ok(())).is_err()
    }

    /// The interfaces that are described as offered are those that can be linked.
    #[test]
    fn the_interfaces_are_those_that_can_be_linked() {
        let engine = Engine::new(&Config::new()).unwrap();
        let mut linker = Linker::<Guest>::new(&engine);
        add_to_linker(&mut linker, &Network::default(), &|_| true).unwrap();
        for interface in INTERFACES {
            assert!(is_linked(&mut linker, &format!("{interface}.12")), "{interface}");
        }
        assert!(!is_linked(&mut linker, "wasi:http/types@0.2.12"));
    }

    #[test]
    fn each_interface_is_linked_where_it_is_imported() {
        let engine = Engine::new(&Config::new()).unwrap();
        for imported in INTERFACES {
            let mut linker = Linker::<Guest>::new(&engine);
            add_to_linker(&mut linker, &Network::default(), &|name| name == imported).unwrap();
            for interface in INTERFACES {
                let is = is_linked(&mut linker, &format!("{interface}.12"));
                assert_eq!(is, interface == imported, "{interface} where {imported} is imported");
            }
        }
    }
}
