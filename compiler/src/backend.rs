//! The backends: all calls of wasmtime's compiler, and all reading of the images that it writes.

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
