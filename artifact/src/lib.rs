//! The format of precompiled WebAssembly artifacts, shared by the compiler and the runtime.
//!
//! - [`Contract`]: the settings on which compile time and run time must agree.
//! - [`Manifest`]: an artifact's description of itself.
//! - [`trailer`]: the part of the file that holds the manifest and its digest.
//! - [`fat`]: several artifacts of one WebAssembly binary, for different hosts, in one file.
//! - [`Host`] and its [`Policy`]: the offers and demands of a machine and a build of the runtime.
//! - [`mismatch`]: the reasons why an artifact would not load on a host.
//! - `audit`, with the feature of that name: the advisories on the code of an artifact's compiler.
//! - [`unmet`]: the imports that a host doesn't offer, each with who provides it.
//! - [`const_manifest`]: a reader of a few manifest fields for constant expressions.
//! - [`statement`], [`signature`] and [`trust`]: who has signed an artifact, and whose signature a host demands.
//! - [`install`]: the commands that install what a build lacks.
//! - [`quantity`]: sizes and durations as text.
//! - [`features`] and [`cpu`]: the names of WebAssembly features and CPU features.
//!
//! This crate needs no standard library. With the feature `wasmtime`, for [`Contract::apply`], it depends on wasmtime.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "audit")]
pub mod audit;
pub mod backend;
mod code;
#[cfg(feature = "wasmtime")]
mod config;
pub mod const_manifest;
pub mod contract;
pub mod cpu;
mod error_text;
pub mod fat;
pub mod features;
mod fields;
mod foreign;
mod host;
pub mod install;
mod list;
pub mod manifest;
pub mod mismatch;
pub mod platform;
pub mod policy;
pub mod quantity;
pub mod signature;
pub mod statement;
mod terminal;
pub mod trailer;
#[cfg(feature = "trust")]
pub mod trust;
mod unmet;
mod version;
mod wasi;

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
#[cfg(feature = "trust")]
pub use trust::Trust;
pub use unmet::{Offers, interface, unmet};
pub use wasi::is_of_wasi_0_3;

/// The digest of this crate's sources, which affect the bytes of artifacts.
#[cfg(feature = "source-digest")]
pub const SOURCE_DIGEST: &str = env!("PRECOMPILE_ARTIFACT_SOURCES");
