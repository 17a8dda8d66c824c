//! Options: all that a user chooses about how modules are compiled, and how the choices become [`Options`]. Nothing
//! here knows wasmtime's compiler, nor reads modules.

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
pub(crate) mod from_choice;
#[cfg(feature = "compile")]
pub(crate) mod options;
#[cfg(feature = "compile")]
pub(crate) mod proposals;
#[cfg(feature = "compile")]
pub mod settings;
#[cfg(feature = "compile")]
pub(crate) mod similar;
pub(crate) mod strip;
#[cfg(feature = "compile")]
pub(crate) mod support;
#[cfg(feature = "compile")]
pub(crate) mod target;

#[cfg(feature = "compile")]
pub use options::{Options, OptionsError, Regalloc};
