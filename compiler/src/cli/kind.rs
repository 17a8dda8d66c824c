//! Kinds of failures, for programs.

use precompile::{CompileError, ErrorKind, ObtainError, WriteError};
use serde::Serialize;
use thiserror::Error;

/// The kind of a failure. Its name in JSON is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The command line or `precompile.toml` is wrong.
    Usage,
    /// A file can't be read.
    Read,
    /// A file can't be written.
    Write,
    /// The input is neither WebAssembly nor its text form.
    NotWebassembly,
    /// The text form doesn't parse.
    Text,
    /// The module is malformed or invalid.
    Invalid,
    /// The module is valid, and the backend can't compile it; another may.
    Limit,
    /// The module is valid, and no backend can compile it.
    Unsupported,
    /// The module uses a feature that the options turn off.
    TurnedOff,
    /// The input is too large, or takes too much to compile.
    TooMuch,
    /// The artifact is larger than its budget.
    OverBudget,
    /// The artifact would not fit its host.
    Mismatch,
    /// The file is no artifact, or damaged.
    NotAnArtifact,
    /// Anything else.
    Other,
}

/// A failure of this command's own, with its kind.
#[derive(Debug, Error)]
#[error("{error}")]
pub(crate) struct CommandError {
    pub(crate) kind: Kind,
    pub(crate) error: String,
}

impl Kind {
    /// A failure of this kind.
    pub(crate) fn error(self, error: impl Into<String>) -> anyhow::Error {
        CommandError { kind: self, error: error.into() }.into()
    }

    /// The kind of a failure.
    pub(crate) fn of(error: &anyhow::Error) -> Kind {
        error.chain().find_map(Kind::of_cause).unwrap_or(Kind::Other)
    }

    fn of_cause(error: &(dyn std::error::Error + 'static)) -> Option<Kind> {
        use precompile::artifact::trailer::ReadError;
        use precompile::inspect::{CodeError, InspectError};
        if let Some(CommandError { kind, .. }) = error.downcast_ref() {
            return Some(*kind);
        }
        match error.downcast_ref::<ObtainError>() {
            Some(ObtainError::Compile(error)) => return Some(Kind::of_compiling(error)),
            Some(ObtainError::Read(_)) => return Some(Kind::Read),
            Some(ObtainError::Remembered(_)) => return Some(Kind::Limit),
            Some(ObtainError::Busy) | None => {}
        }
        let is_foreign = error.is::<ReadError>() || error.is::<InspectError>() || error.is::<CodeError>();
        match error.downcast_ref().map(Kind::of_compiling) {
            None if error.is::<WriteError>() => Some(Kind::Write),
            None if is_foreign => Some(Kind::NotAnArtifact),
            kind => kind,
        }
    }

    fn of_compiling(error: &CompileError) -> Kind {
        match error.kind() {
            ErrorKind::NotWebassembly => Kind::NotWebassembly,
            ErrorKind::Text => Kind::Text,
            ErrorKind::Invalid => Kind::Invalid,
            ErrorKind::Options => Kind::Usage,
            ErrorKind::Limit => Kind::Limit,
            ErrorKind::Unsupported => Kind::Unsupported,
            ErrorKind::TurnedOff => Kind::TurnedOff,
            ErrorKind::TooMuch => Kind::TooMuch,
            _ => Kind::Other,
        }
    }
}
