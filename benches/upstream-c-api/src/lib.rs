//! Upstream's C library: the functions of its crate, re-exported.

pub use wasmtime_c_api::*;
