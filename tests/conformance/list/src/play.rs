//! The outcome of playing a list.

use serde::{Deserialize, Serialize};

/// The outcome of playing a list.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Play {
    /// The number of assertions that held.
    pub passed: u32,
    /// The failures.
    pub failed: Vec<Failure>,
    /// Observations that were to be told, in the order of the list.
    pub observed: Vec<Observed>,
    /// The units of fuel that were used, where the artifacts count it.
    pub fuel: u64,
}

/// A command that went otherwise than it should.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The line of the script.
    pub line: u32,
    /// The failure, in words.
    pub what: String,
    /// True where it was one of the specification's assertions.
    pub assertion: bool,
}

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observed {
    /// It returned these, as text.
    Returned(Vec<String>),
    /// It trapped for this reason.
    Trapped(String),
    /// The stack was too small, for which every backend has its own measure.
    Exhausted,
    /// The content of memories and globals: the name of each, and a digest or a value.
    State(Vec<(String, String)>),
}

impl Play {
    /// As bytes, to be sent.
    pub fn encode(&self) -> Vec<u8> {
        // Nothing in it can fail.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// From these bytes.
    ///
    /// # Errors
    ///
    /// Where it is something else.
    pub fn decode(bytes: &[u8]) -> Result<Play, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}
