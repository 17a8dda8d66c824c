//! The error of a module or component that isn't compiled.

use crate::backend::error::BackendError;
use crate::backend::stamp::StampError;
use crate::backend::unsupported::{Place, Unsupported};
use crate::module::kind::NotWasm;
use crate::module::text::TextError;
use crate::options::OptionsError;
use precompile_artifact::trailer::ReadError;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmparser::BinaryReaderError;

/// The error of a module or component that isn't compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// The input is neither WebAssembly's binary form nor its text form.
    #[error(transparent)]
    NotWasm(#[from] NotWasm),
    /// The text form doesn't parse.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The module or component is malformed or invalid.
    #[error("not valid WebAssembly: {0}")]
    Invalid(BinaryReaderError),
    /// The module was compiled and not linked.
    #[error(
        "an object file, whose code refers to nothing before it is linked: link it, with `wasm-ld` or by clang \
         without `-c`"
    )]
    Object,
    /// The options don't go together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The module is valid, and the backend can't compile it.
    #[error(transparent)]
    Unsupported(#[from] Box<Unsupported>),
    /// The module uses proposals that the options turn off.
    #[error("{}; turn it on, if the host has it, or build the module without it", turned_off(proposals, place.as_ref()))]
    TurnedOff {
        /// Their names.
        proposals: Vec<String>,
        /// The first place in the module that uses one.
        place: Option<Place>,
    },
    /// Wasmtime can't compile the component with any backend.
    #[error("wasmtime can't compile it with any backend: {0}")]
    Untranslated(String),
    /// The backend fails, and no single function is the cause.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The caller doesn't allow what compiling takes.
    #[error("{0}")]
    TooMuch(String),
    /// Another process, which should compile the module, failed.
    #[error("{message}")]
    OtherProcess {
        /// The error of that process, or the way it ended.
        message: String,
        /// The kind, as for [`CompileError::kind`].
        kind: ErrorKind,
    },
    /// Wasmtime wrote an image that this version of it isn't known to write.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The image can't carry a trailer.
    #[error("the compiled image is not as expected: {0}")]
    Trailer(#[from] ReadError),
}

/// The kind of a [`CompileError`], which stays the same when messages change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is neither WebAssembly's binary form nor its text form.
    NotWebassembly,
    /// The text form doesn't parse.
    Text,
    /// The module is malformed or invalid.
    Invalid,
    /// The options don't go together.
    Options,
    /// The module is valid, and the backend can't compile it: another may.
    Limit,
    /// The module is valid, and no backend can compile it.
    Unsupported,
    /// The module uses proposals that the options turn off.
    TurnedOff,
    /// The compilation needs more time or memory than it may.
    TooMuch,
    /// Any other error.
    Other,
}

impl CompileError {
    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            CompileError::NotWasm(_) => ErrorKind::NotWebassembly,
            CompileError::Text(_) => ErrorKind::Text,
            CompileError::Invalid(_) => ErrorKind::Invalid,
            CompileError::Options(_) => ErrorKind::Options,
            CompileError::Unsupported(_) | CompileError::Backend(BackendError::Panic { .. }) => {
                ErrorKind::Limit
            }
            CompileError::Untranslated(_) | CompileError::Object => ErrorKind::Unsupported,
            CompileError::TurnedOff { .. } => ErrorKind::TurnedOff,
            CompileError::TooMuch(_) => ErrorKind::TooMuch,
            CompileError::OtherProcess { kind, .. } => *kind,
            CompileError::Backend(_) | CompileError::Stamp(_) | CompileError::Trailer(_) => ErrorKind::Other,
        }
    }

    /// The test that the module is valid and another backend may compile it.
    pub fn another_backend_may(&self) -> bool {
        self.kind() == ErrorKind::Limit
    }
}

impl From<BinaryReaderError> for CompileError {
    fn from(error: BinaryReaderError) -> CompileError {
        CompileError::Invalid(error)
    }
}

fn turned_off(proposals: &[String], place: Option<&Place>) -> String {
    let subject = place.map_or("the module".into(), Place::subject);
    let locator = place.map_or(String::new(), Place::locator);
    format!("{subject} uses `{}`{locator}, which is turned off", proposals.join("`, `"))
}
