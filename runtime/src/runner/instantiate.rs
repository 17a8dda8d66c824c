//! The instantiation of a module, with or without WASI.

#[cfg(not(any(feature = "wasi", feature = "wasi-lean")))]
mod bare;
#[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
mod lean;
#[cfg(feature = "wasi")]
mod wasi;

#[cfg(not(any(feature = "wasi", feature = "wasi-lean")))]
pub(crate) use bare::instantiate;
#[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
pub(crate) use lean::instantiate;
#[cfg(feature = "wasi")]
pub(crate) use wasi::instantiate;
