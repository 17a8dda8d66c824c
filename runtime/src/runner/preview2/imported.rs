//! The interfaces that a component imports.

use precompile_runtime::wasmtime::{self, component::Linker};

/// The test that a component imports an interface, by its name with the part of its version that must be the same.
pub(crate) type IsImported<'a> = &'a dyn Fn(&str) -> bool;

/// The interface of files and folders.
pub(super) const FILES: &str = "wasi:filesystem/types@0.2";

/// An interface's name, and the function that adds it to a linker.
pub(super) type Interface<T> = (&'static str, fn(&mut Linker<T>) -> wasmtime::Result<()>);

/// The interfaces whose functions may wait, by the bindings that are in scope: those that suspend their caller, or others.
macro_rules! waiting {
    ($state:ty) => {
        [
            ("wasi:io/poll@0.2", |linker| poll::add_to_linker::<$state, Io>(linker, Io::of)),
            ("wasi:io/streams@0.2", |linker| streams::add_to_linker::<$state, Io>(linker, Io::of)),
            (FILES, |linker| types::add_to_linker::<$state, WasiFilesystem>(linker, <$state>::filesystem)),
            ("wasi:sockets/tcp@0.2", |linker| {
                tcp::add_to_linker::<$state, WasiSockets>(linker, <$state>::sockets)
            }),
            ("wasi:sockets/udp@0.2", |linker| {
                udp::add_to_linker::<$state, WasiSockets>(linker, <$state>::sockets)
            }),
            ("wasi:sockets/udp-create-socket@0.2", |linker| {
                udp_create_socket::add_to_linker::<$state, WasiSockets>(linker, <$state>::sockets)
            }),
        ]
    };
}
pub(super) use waiting;

/// Adds those of the interfaces to a linker that a component imports.
pub(super) fn add_imported<T>(
    linker: &mut Linker<T>,
    is_imported: IsImported<'_>,
    interfaces: &[Interface<T>],
) -> wasmtime::Result<()> {
    let mut imported = interfaces.iter().filter(|(name, _)| is_imported(name));
    imported.try_for_each(|(_, add)| add(linker))
}
