//! The cause of a failure: what a backend lacks.

use crate::backend::error::BackendError;

/// The cause of a failure: what a backend lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Proposals, by their names. The one at [`Unsupported::place`](super::Unsupported::place) comes first.
    Proposals(Vec<String>),
    /// Instructions of the CPU, by the name of its feature.
    CpuFeature(String),
    /// A panic of the backend, with this message.
    Panic(String),
    /// Another problem, in the backend's words.
    Other(String),
}

impl Cause {
    /// The cause, read from the backend's error. Winch's errors name the CPU feature that is missing.
    pub(super) fn of(error: &BackendError) -> Cause {
        let problem = match error {
            BackendError::Failed { problem, .. } => problem,
            BackendError::Panic { message, .. } => return Cause::Panic(message.clone()),
            BackendError::Configure { .. } => return Cause::Other(error.to_string()),
        };
        let missing =
            problem.split_once("for CPUs without ").and_then(|(_, rest)| rest.split_once(" support"));
        match missing {
            Some((feature, _)) => Cause::CpuFeature(feature.to_ascii_lowercase()),
            // Before the backend's own words, wasmtime names the function of the part.
            None => Cause::Other(problem.rsplit("Compilation error: ").next().unwrap_or(problem).into()),
        }
    }
}
