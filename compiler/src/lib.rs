//! Compile WebAssembly ahead of time, with the compiler and for the target that you choose.
//!
//! ```
//! use precompile::{Backend, Options, Platform, Target, compile};
//!
//! let wasm = b"\0asm\x01\0\0\0";
//! let target: Target = "aarch64".parse()?;
//! let options = Options::new(Backend::Winch, target, Platform::Hosted)?;
//! let compiled = compile(&options, wasm)?;
//! assert!(precompile::artifact::trailer::read(&compiled.artifact).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The artifact is run by `precompile-run`, or by a program that uses the crate
//! `precompile-runtime`. Neither contains a compiler.

#![deny(unsafe_code)]

#[cfg(not(any(feature = "cranelift", feature = "winch")))]
compile_error!("precompile needs a backend: enable the feature `cranelift` or `winch`");

mod cached;
mod compile;
mod compile_error;
mod compiled;
mod cpu;
mod fallback;
mod features;
mod fit;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzz;
mod image;
pub mod inspect;
mod interface;
mod limits;
mod memories;
mod needs;
mod options;
mod output;
mod proposals;
mod recipe;
mod restamp;
#[allow(unsafe_code, reason = "the one place: flags of processors")]
mod settings;
mod settings_check;
mod stamp;
mod target;
mod text_name;

pub use cached::{Answer, Artifact, ObtainError, Request, Source, in_place, obtain};
pub use compile::{Attempt, WASMTIME_VERSION, attempt, compile, compile_by};
pub use compile_error::CompileError;
pub use compiled::{Compiled, Timings};
pub use cpu::{Cpu, CpuError};
pub use fallback::Fallback;
pub use fit::{FitError, fit};
pub use limits::{Cause, Limit, Place, Remedy, Site};
pub use options::{Options, OptionsError, Regalloc};
pub use output::{WriteError, Written, deliver, write};
pub use precompile_artifact as artifact;
pub use precompile_artifact::manifest::OptLevel;
pub use precompile_artifact::{Backend, Contract, Manifest, Platform};
pub use precompile_cache as cache;
pub use proposals::Proposals;
pub use recipe::recipe;
pub use stamp::StampError;
pub use target::{ALIASES, PairError, Target, TargetError};
