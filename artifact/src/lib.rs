//! The format of precompiled WebAssembly artifacts, shared by the side that writes it and the side that
//! runs it.
//!
//! - [`Contract`]: the settings on which compile time and run time must agree.
//! - [`Manifest`]: what an artifact says about itself.
//! - [`trailer`]: where the manifest and its digest stand in the file.
//! - [`Host`] and its [`Policy`]: what a machine and a build of the runtime offer and demand.
//! - [`mismatch`]: would this artifact load on that host, and if not, why.
//! - [`unmet`]: the imports that a host doesn't offer, and who would.
//! - [`glance`]: what a constant expression can tell of an artifact.
//! - [`quantity`]: sizes and durations as text.
//! - [`features`] and [`cpu`]: how both sides name what code may need.
//!
//! This crate knows nothing of wasmtime and needs no standard library.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod backend;
mod code;
pub mod const_manifest;
pub mod contract;
pub mod cpu;
mod error_text;
pub mod features;
mod foreign;
mod host;
mod list;
pub mod manifest;
pub mod mismatch;
pub mod platform;
pub mod policy;
pub mod quantity;
mod terminal;
pub mod trailer;
mod unmet;
mod version;

pub use backend::Backend;
pub use code::Code;
pub use contract::Contract;
pub use error_text::ErrorText;
pub use foreign::foreign;
pub use host::Host;
pub use list::{Item, Items, List, Names};
pub use manifest::Manifest;
pub use platform::Platform;
pub use policy::Policy;
#[cfg(feature = "std")]
pub use terminal::escaped_path;
pub use terminal::{Escaped, EscapedLines};
pub use unmet::{Offers, unmet};

/// The digest of this crate's sources. What it says of artifacts decides about their bytes.
#[cfg(feature = "source-digest")]
pub const SOURCE_DIGEST: &str = env!("PRECOMPILE_ARTIFACT_SOURCES");
