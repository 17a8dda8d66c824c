//! The backends: all that speaks to wasmtime's compiler, and to what it writes into images.

pub(crate) mod check_stamp;
pub(crate) mod config;
pub(crate) mod engines;
pub(crate) mod error;
pub(crate) mod features;
pub(crate) mod image;
pub(crate) mod restamp;
pub(crate) mod stamp;
pub(crate) mod tunables;
pub(crate) mod unsupported;
