//! The instantiation of a module with what it imports.

#[cfg(not(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin")))]
mod bare;
#[cfg(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin"))]
mod linked;
#[cfg(all(any(feature = "preload", feature = "plugin"), not(any(feature = "wasi", feature = "wasi-lean"))))]
#[path = "instantiate/no_wasi.rs"]
mod world;
#[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
#[path = "instantiate/lean_wasi.rs"]
mod world;
#[cfg(feature = "wasi")]
#[path = "instantiate/full_wasi.rs"]
mod world;

#[cfg(not(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin")))]
pub(crate) use bare::instantiate;
#[cfg(any(feature = "wasi", feature = "wasi-lean", feature = "preload", feature = "plugin"))]
pub(crate) use linked::instantiate;
