//! A request without an answer.

use crate::failure::Failure;
use precompile_runtime::wasmtime::{self, Trap};

/// A request without an answer, or with half of one.
#[derive(Clone, Debug)]
pub(super) enum NoAnswer {
    /// The time was up.
    Late,
    /// An instance can't be made.
    NoInstance(String),
    /// The guest trapped, answered with an error, or ended without an answer.
    Failed(String),
}

impl NoAnswer {
    /// The end of a guest by an error.
    pub(super) fn of(error: wasmtime::Error) -> NoAnswer {
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => NoAnswer::Late,
            _ => NoAnswer::Failed(Failure::guest(error).text()),
        }
    }

    /// The reason, for people.
    pub(super) fn text(&self) -> &str {
        match self {
            NoAnswer::Late => "the guest did not answer in time",
            NoAnswer::NoInstance(text) | NoAnswer::Failed(text) => text,
        }
    }
}
