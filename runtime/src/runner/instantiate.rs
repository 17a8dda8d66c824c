//! The instantiation of a module, with or without WASI.

#[cfg(not(feature = "wasi"))]
mod bare;
#[cfg(feature = "wasi")]
mod wasi;

#[cfg(not(feature = "wasi"))]
pub(crate) use bare::instantiate;
#[cfg(feature = "wasi")]
pub(crate) use wasi::instantiate;
