//! The interfaces that a component imports.

use precompile_runtime::wasmtime::{self, component::Linker};

/// The test that a component imports an interface, by its name with the part of its version that must be the same.
pub(crate) type IsImported<'a> = &'a dyn Fn(&str) -> bool;

/// The interface of files and folders.
pub(super) const FILES: &str = "wasi:filesystem/types@0.2";

/// An interface's name, and the function that adds it to a linker.
pub(super) type Interface<T> = (&'static str, fn(&mut Linker<T>) -> wasmtime::Result<()>);

/// Adds those of the interfaces to a linker that a component imports.
pub(super) fn add_imported<T>(
    linker: &mut Linker<T>,
    is_imported: IsImported<'_>,
    interfaces: &[Interface<T>],
) -> wasmtime::Result<()> {
    let mut imported = interfaces.iter().filter(|(name, _)| is_imported(name));
    imported.try_for_each(|(_, add)| add(linker))
}
