//! Loads and runs WebAssembly that `precompile` compiled ahead of time. The crate contains no compiler.
//!
//! A [`Runtime`] opens artifacts. It checks that an artifact is undamaged and fits this machine and this build, and
//! reports all reasons at once if not. The result has wasmtime's own [`Module`](wasmtime::Module), for use with
//! wasmtime's API.
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
//! The macro [`include_cwasm!`] embeds an artifact that a build script compiled with `precompile::build`. Opening it
//! needs no `unsafe`:
//!
//! ```ignore
//! let plugin = Runtime::new().open_embedded(include_cwasm!("plugin"))?;
//! ```
//!
//! Neither does opening an artifact that trusted keys have signed, with the feature `trust`:
//! `Runtime::open_trusted`.
//!
//! # Engines
//!
//! Code of different backends must not share a store, and neither must code that was compiled under different settings.
//! So a runtime has one [`Engine`](wasmtime::Engine) for each combination, and wasmtime refuses to mix them. Some calls
//! of wasmtime panic then. [`link`] has the same calls, which return an error instead.
//!
//! # Without the standard library
//!
//! Without the feature `std` the crate needs `core` and `alloc`, and opens artifacts from memory. The program then
//! defines functions with C linkage in place of the operating system's, depending on the features. `docs/no-std.md` in
//! the repository lists them.

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
mod include;
pub mod link;
mod lock;
mod no_compiler;
#[allow(unsafe_code, reason = "the only place where bytes become code")]
mod open;
mod open_error;
mod open_phase;
mod program;
mod runtime;
mod tiered;

#[cfg(feature = "pooling")]
pub use config::Pooling;
pub use config::RuntimeConfig;
pub use embed::Embedded;
pub use include::{__Align, __Aligned};
pub use no_compiler::has_compiler;
pub use open::__embed;
pub use open_error::OpenError;
#[cfg(feature = "measure")]
pub use open_phase::OpenPhase;
pub use precompile_artifact as artifact;
pub use program::Program;
pub use runtime::Runtime;
pub use tiered::{OtherSource, Tiered};
pub use wasmtime;
