//! The outcome of a played list.

use serde::{Deserialize, Serialize};

/// The outcome of a played list.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Play {
    /// The number of assertions that held.
    pub passed: u32,
    /// The failures.
    pub failed: Vec<Failure>,
    /// The reported observations, in the order of the list.
    pub observed: Vec<Observed>,
    /// The units of fuel that were used, where the artifacts count it.
    pub fuel: u64,
}

/// A command with another outcome than expected.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The line of the script.
    pub line: u32,
    /// The failure, in words.
    pub error: String,
    /// True where it was one of the specification's assertions.
    pub assertion: bool,
}

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observed {
    /// Results, as text.
    Returned(Vec<String>),
    /// A trap, with its reason.
    Trapped(String),
    /// An exhausted stack, for which every backend has its own measure.
    Exhausted,
    /// The content of memories and globals: the name of each, and a digest or a value.
    State(Vec<(String, String)>),
}

impl Play {
    /// The outcome as bytes, for sending.
    pub fn encode(&self) -> Vec<u8> {
        // No part of an outcome can fail to encode.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// The outcome from its bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are no outcome.
    pub fn decode(bytes: &[u8]) -> Result<Play, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}
