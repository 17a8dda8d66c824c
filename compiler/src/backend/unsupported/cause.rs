//! The cause of a failure: what a backend lacks.

use crate::backend::error::BackendError;

/// The cause of a failure: what a backend lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Proposals, by their names. That which the module uses at [`Unsupported::place`](super::Unsupported::place) comes first.
    Proposals(Vec<String>),
    /// Instructions of the processor, by the name of its feature.
    CpuFeature(String),
    /// It panics, with this message.
    Panic(String),
    /// Something else, in the backend's words.
    Other(String),
}

impl Cause {
    /// The cause, as the backend's words have it. Winch's name a feature of the processor where one is missing.
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
