//! WASI preview 1 by precompile-wasi, in the place of upstream's crate: see `../../Cargo.toml`.
//!
//! Here is what Wasmtime's C API uses of wasmtime-wasi, under the same names and paths. Preview 1 has no functions that
//! open connections, so that what the network is allowed has no effect. WASI for components isn't here.

#![forbid(unsafe_code)]

pub mod cli;
mod context;
pub mod p1;
pub mod p2;
mod view;

pub use context::{FsPerms, WasiCtxBuilder};
pub use precompile_wasi::Exit as I32Exit;
pub use view::{WasiCtxView, WasiView};
