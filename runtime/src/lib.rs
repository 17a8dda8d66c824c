//! Load and run WebAssembly that `precompile` compiled ahead of time. No compiler is in here.
//!
//! A [`Runtime`] opens artifacts. It checks that each is undamaged and fits this machine and this
//! build, and tells every reason at once if not. What comes out is wasmtime's own
//! [`Module`](wasmtime::Module), to be used with wasmtime's own API.
//!
//! ```no_run
//! use precompile_runtime::{Runtime, link, wasmtime::{Linker, Store}};
//!
//! let runtime = Runtime::new();
//! // SAFETY: `plugin.cwasm` was made by precompile, and nobody else changed it.
//! let plugin = unsafe { runtime.open_file("plugin.cwasm")? };
//! let mut store = Store::new(plugin.engine(), ());
//! let linker = Linker::new(plugin.engine());
//! let instance = link::instantiate(&linker, &mut store, &plugin)?;
//! let answer = instance.get_typed_func::<(), i32>(&mut store, "answer")?;
//! println!("{}", answer.call(&mut store, ())?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a build script compiled with `precompile::build` is part of the program by [`include_cwasm!`], and
//! needs no `unsafe`:
//!
//! ```ignore
//! let plugin = Runtime::new().open_embedded(include_cwasm!("plugin"))?;
//! ```
//!
//! # Engines
//!
//! Code of the two backends must not meet in a store, and neither must code compiled under
//! different settings. So a runtime keeps one [`Engine`](wasmtime::Engine) for each
//! combination, and wasmtime refuses to mix them. [`link`] has the calls for which it answers with
//! a panic, as calls that answer with an error.

//!
//! # Without the standard library
//!
//! Without the feature `std` the crate needs `core` and `alloc`, and artifacts come from memory. What an
//! operating system would do is then asked of functions that the program defines, in C's calling
//! convention, depending on the features; `docs/no-std.md` in the repository lists them.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod compiled;
mod config;
mod embed;
mod engine;
mod host;
mod include_cwasm;
pub mod link;
mod lock;
mod no_compiler;
#[allow(unsafe_code, reason = "the one place: bytes become code, for the processor that is there")]
mod open;
mod open_error;
mod open_phase;
mod program;
mod runtime;

pub use config::RuntimeConfig;
pub use embed::Embedded;
pub use include_cwasm::{__Align, __Aligned};
pub use no_compiler::has_compiler;
pub use open::__embed;
pub use open_error::OpenError;
#[cfg(feature = "measure")]
pub use open_phase::OpenPhase;
pub use precompile_artifact as artifact;
pub use program::Program;
pub use runtime::Runtime;
pub use wasmtime;
