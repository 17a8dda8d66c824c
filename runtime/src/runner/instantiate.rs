//! The instantiation of a module with what it imports.

#[cfg(not(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin")))]
mod bare;
#[cfg(feature = "wasi")]
mod full_wasi;
#[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
mod lean_wasi;
#[cfg(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin"))]
mod linked;
#[cfg(all(any(feature = "preload", feature = "plugin"), not(any(feature = "wasi", feature = "wasi-lean"))))]
mod no_wasi;

#[cfg(not(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin")))]
pub(crate) use bare::instantiate;
#[cfg(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin"))]
pub(crate) use linked::instantiate;
