//! Compile WebAssembly ahead of time, with the compiler and for the target that you choose.
//!
//! ```
//! use precompile::{Backend, Compiler, Options, Platform, Target};
//!
//! let wasm = b"\0asm\x01\0\0\0";
//! let target: Target = "aarch64".parse()?;
//! let options = Options::new(Backend::Winch, target, Platform::Hosted)?;
//! let compiled = Compiler::default().compile(&options, wasm)?;
//! assert!(precompile::artifact::trailer::read(&compiled.artifact).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`build`](https://docs.rs/precompile/latest/precompile/build/index.html) compiles guests in build scripts,
//! with the feature `build` alone and the installed command, or with `in-process`.
//!
//! `precompile-run`, or a program that uses the crate `precompile-runtime`, runs the artifact. Neither
//! contains a compiler.

#![deny(unsafe_code)]

#[cfg(all(feature = "compile", not(any(feature = "cranelift", feature = "winch"))))]
compile_error!("precompile needs a backend: enable the feature `cranelift` or `winch`");

#[cfg(feature = "compile")]
mod backend;
#[cfg(feature = "benchmarks")]
#[doc(hidden)]
pub mod benchmarks;
#[cfg(feature = "build")]
pub mod build;
#[cfg(feature = "compile")]
mod choose;
#[cfg(feature = "compile")]
mod compile;
#[cfg(all(feature = "compile", any(test, feature = "fuzzing")))]
#[doc(hidden)]
pub mod fuzz;
#[cfg(feature = "compile")]
pub mod inspect;
#[cfg(feature = "compile")]
mod module;
mod options;
#[cfg(feature = "sign")]
pub mod sign;
#[cfg(any(feature = "build", feature = "compile"))]
#[allow(unsafe_code, reason = "the one place")]
mod trusted;
#[cfg(feature = "compile")]
mod version;

#[cfg(feature = "compile")]
pub use backend::error::BackendError;
#[cfg(feature = "compile")]
pub use backend::stamp::StampError;
#[cfg(feature = "compile")]
pub use backend::unsupported::{Cause, Place, Remedy, Site, Unsupported};
#[cfg(feature = "compile")]
pub use choose::cost::{CheapestRange, Cost, cheapest, cheapest_ranges};
#[cfg(feature = "compile")]
pub use choose::memory::{PROCESS_BYTES, typical_peak};
#[cfg(feature = "compile")]
pub use choose::rates::typical::typical_time;
#[cfg(feature = "compile")]
pub use choose::rates::{Rates, Run, RunTime};
#[cfg(feature = "compile")]
pub use choose::{Chosen, choose};
#[cfg(feature = "compile")]
pub use compile::Compiler;
#[cfg(feature = "compile")]
pub use compile::accept::{AcceptError, accept};
#[cfg(feature = "compile")]
pub use compile::attempt::binary;
#[cfg(feature = "compile")]
pub use compile::cached::{Answer, Artifact, ObtainError, Request, Source};
#[cfg(feature = "compile")]
pub use compile::code_map::{CodeMap, CodeMapError};
#[cfg(feature = "compile")]
pub use compile::compiled::{Compiled, Timings};
#[cfg(feature = "compile")]
pub use compile::error::{CompileError, ErrorKind};
#[cfg(feature = "compile")]
pub use compile::kept_module::{is_kept_module, kept_module};
#[cfg(feature = "compile")]
pub use compile::of_artifact::OfArtifactError;
#[cfg(feature = "compile")]
pub use compile::output::{Destination, WriteError, Written, descriptor};
#[cfg(feature = "compile")]
pub use compile::recipe::recipe;
#[cfg(feature = "compile")]
pub use compile::signatures::{SignatureFault, Signatures};
#[cfg(feature = "compile")]
pub use module::code_size::{CodeSize, code_bytes, code_size};
#[cfg(feature = "compile")]
pub use module::kind::NotWasm;
#[cfg(feature = "compile")]
pub use module::text::TextError;
#[cfg(feature = "compile")]
pub use module::traced::demangled::demangled;
#[cfg(feature = "compile")]
pub use module::traced::{SourceFrame, TracedError, TracedModule, binary_form};
pub use options::choice::Choice;
#[cfg(feature = "compile")]
pub use options::cpu::{Cpu, CpuError};
pub use options::expect::{DEFAULT_RUN_TIME, Expect};
pub use options::fallback::Fallback;
#[cfg(feature = "compile")]
pub use options::fit::{FitError, fit};
#[cfg(feature = "compile")]
pub use options::fleet::{FleetFit, fit_all};
#[cfg(feature = "compile")]
pub use options::from_choice::ChoiceError;
pub use options::key_source::KeySource;
#[cfg(feature = "compile")]
pub use options::proposals::Proposals;
#[cfg(feature = "compile")]
pub use options::settings;
#[cfg(feature = "compile")]
pub use options::similar::{did_you_mean, similar};
#[cfg(feature = "compile")]
pub use options::slice_levels::{SliceLevelError, slice_levels};
pub use options::strip::{Strip, StripError};
#[cfg(feature = "compile")]
pub use options::target::{ALIASES, PairError, Target, TargetError};
#[cfg(feature = "compile")]
pub use options::{Options, OptionsError, Regalloc};
pub use precompile_artifact as artifact;
pub use precompile_artifact::manifest::OptLevel;
pub use precompile_artifact::{Backend, Contract, Manifest, Platform};
#[cfg(feature = "compile")]
pub use precompile_cache as cache;
#[cfg(feature = "compile")]
pub use version::{WASMTIME_MAJOR, WASMTIME_VERSION};
