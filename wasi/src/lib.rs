//! WASI preview 1 for modules, synchronous: each call blocks the thread until it is done.
//!
//! All functions of preview 1 are there, and those of preview 0 (`wasi_unstable`), from which four differ. They need no
//! asynchronous runtime and no component model, which makes them a fraction of wasmtime-wasi's size. Paths are resolved
//! by cap-primitives, so that no path, link or race leads out of the folders of a guest.
//!
//! A [`Context`] is all that a guest has. [`FUNCTIONS`] holds the functions, for any engine: a call takes a context, the
//! guest's [`Memory`] and numbers. With the feature `wasmtime`, [`add_to_linker`] adds all to a linker, and
//! [`func`] makes one a function of wasmtime's.
//!
//! For Unix systems.

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!(
    "precompile-wasi is for Unix systems: elsewhere, build the runtime with the feature `wasi` and without `wasi-lean`"
);

mod abi;
mod args;
mod clock;
mod context;
mod descriptor;
mod descriptors;
mod errno;
mod error;
mod fd;
mod filestat;
mod functions;
mod identity;
#[cfg(feature = "wasmtime")]
mod link;
mod listing;
mod listings;
mod memory;
mod path;
mod poll;
mod preview0;
mod process;
mod random;
mod socket;
mod stream;
mod strings;
mod time;

pub use args::Args;
pub use context::Context;
pub use errno::Errno;
pub use error::{Error, Exit, Trap};
pub use functions::{FUNCTIONS, Function, MODULES, find};
#[cfg(feature = "wasmtime")]
pub use link::{add_to_linker, func};
pub use memory::Memory;
pub use stream::{Input, Output};
