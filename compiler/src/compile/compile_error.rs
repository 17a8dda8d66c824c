//! Why a module or component was not compiled.

use crate::compile::limits::{Limit, Place};
use crate::compile::options::OptionsError;
use crate::compile::stamp::StampError;
use precompile_artifact::Backend;
use precompile_artifact::trailer::ReadError;
use thiserror::Error;
use wasmparser::BinaryReaderError;

/// Why a module or component was not compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// The input is something else than a WebAssembly binary.
    #[error("not a WebAssembly binary: {0}")]
    NotWasm(&'static str),
    /// The text form doesn't parse.
    #[error("not WebAssembly's text form: {0}")]
    Text(String),
    /// The module or component is malformed or invalid.
    #[error("not valid WebAssembly: {0}")]
    Invalid(BinaryReaderError),
    /// The options don't go together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The module is valid, and beyond what the backend can do.
    #[error(transparent)]
    Limit(#[from] Box<Limit>),
    /// The module uses proposals that the options turn off.
    #[error("{}; turn it on, if the host has it, or build the module without it", turned_off(proposals, place.as_ref()))]
    TurnedOff {
        /// Their names.
        proposals: Vec<String>,
        /// Where the module first uses one.
        place: Option<Place>,
    },
    /// Wasmtime refuses the configuration.
    #[error("can't configure {backend}: {problem}")]
    Configure {
        /// The backend.
        backend: Backend,
        /// What wasmtime says.
        problem: String,
    },
    /// The backend can't compile it, and no single function is the reason.
    #[error("{backend} can't compile it: {problem}")]
    Backend {
        /// The backend.
        backend: Backend,
        /// What wasmtime says.
        problem: String,
    },
    /// The backend has a bug, or a limit that it doesn't report as one.
    #[error("{backend} panicked while compiling it: {message}{}", other_backend(*backend))]
    Panic {
        /// The backend.
        backend: Backend,
        /// The panic's message.
        message: String,
    },
    /// Another process was to compile it, and didn't.
    #[error("{message}")]
    Elsewhere {
        /// What that process says, or what became of it.
        message: String,
        /// As [`CompileError::is_limit`] has it.
        is_limit: bool,
    },
    /// Wasmtime wrote something else than what this version of it is known to write.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The image can't carry a trailer.
    #[error("the compiled image is not as expected: {0}")]
    Trailer(#[from] ReadError),
}

impl CompileError {
    /// Whether the module is valid and another backend may compile it.
    pub fn is_limit(&self) -> bool {
        match self {
            CompileError::Limit(_) | CompileError::Panic { .. } => true,
            CompileError::Elsewhere { is_limit, .. } => *is_limit,
            _ => false,
        }
    }
}

impl From<BinaryReaderError> for CompileError {
    fn from(error: BinaryReaderError) -> CompileError {
        CompileError::Invalid(error)
    }
}

fn turned_off(proposals: &[String], place: Option<&Place>) -> String {
    let who = place.map_or("the module".into(), Place::subject);
    let at = place.map_or(String::new(), Place::locator);
    format!("{who} uses `{}`{at}, which is turned off", proposals.join("`, `"))
}

fn other_backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Winch if cfg!(feature = "cranelift") => "; use `--backend cranelift`",
        _ => "",
    }
}
