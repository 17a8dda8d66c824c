//! The choices of a user about a compilation, and their conversion to [`Options`]. Nothing here uses wasmtime's
//! compiler, or reads modules.

pub(crate) mod choice;
#[cfg(feature = "compile")]
pub(crate) mod cpu;
pub(crate) mod expect;
pub(crate) mod fallback;
#[cfg(feature = "compile")]
pub(crate) mod fallback_options;
#[cfg(feature = "compile")]
pub(crate) mod fit;
#[cfg(feature = "compile")]
pub(crate) mod fleet;
#[cfg(feature = "compile")]
pub(crate) mod from_choice;
pub(crate) mod key_source;
#[cfg(feature = "compile")]
pub(crate) mod options;
#[cfg(feature = "compile")]
pub(crate) mod proposals;
#[cfg(feature = "compile")]
pub mod settings;
#[cfg(feature = "compile")]
pub(crate) mod similar;
#[cfg(feature = "compile")]
pub(crate) mod slice_levels;
pub(crate) mod strip;
#[cfg(feature = "compile")]
pub(crate) mod support;
#[cfg(feature = "compile")]
pub(crate) mod target;

#[cfg(feature = "compile")]
pub use options::{Options, OptionsError, Regalloc};
