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
//! [`build`](https://docs.rs/precompile/latest/precompile/build/index.html) compiles guests in build scripts,
//! with the feature `build` alone and the installed command, or with `in-process`.
//!
//! The artifact is run by `precompile-run`, or by a program that uses the crate
//! `precompile-runtime`. Neither contains a compiler.

#![deny(unsafe_code)]

#[cfg(feature = "build")]
pub mod build;
mod choice;
#[cfg(feature = "compile")]
mod compile;
mod expect;
mod fallback;
mod strip;
#[cfg(any(feature = "build", feature = "compile"))]
#[allow(unsafe_code, reason = "the one place")]
mod trusted;

pub use choice::Choice;
#[cfg(feature = "compile")]
pub use compile::*;
pub use expect::{DEFAULT_RUN_TIME, Expect};
pub use fallback::Fallback;
pub use precompile_artifact as artifact;
pub use precompile_artifact::manifest::OptLevel;
pub use precompile_artifact::{Backend, Contract, Manifest, Platform};
pub use strip::Strip;
