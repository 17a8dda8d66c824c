//! The types of the interfaces.

use super::refusal::Refusal;
use precompile_runtime::wasmtime::component::{ComponentType, Lower, ResourceTableError};
use std::sync::Arc;

/// An error of a function's.
#[derive(ComponentType, Lower)]
#[component(variant)]
pub(super) enum Error {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    #[allow(dead_code, reason = "the interface has it, and a guest with a store may use all of it")]
    AccessDenied,
    #[component(name = "other")]
    Other(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Other(refusal.to_string())
    }
}

impl From<ResourceTableError> for Error {
    fn from(error: ResourceTableError) -> Error {
        Error::Other(error.to_string())
    }
}

/// A part of a store's keys.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct KeyResponse {
    pub(super) keys: Vec<Arc<str>>,
    /// The beginning of the next part, if there are more keys.
    pub(super) cursor: Option<u64>,
}
