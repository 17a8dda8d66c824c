//! A failure: its text, and its reasons.

use precompile_runtime::OpenError;
use precompile_runtime::artifact::mismatch::Mismatch;
use precompile_runtime::artifact::{Code, EscapedLines};
use serde::Serialize;
#[cfg(feature = "fat")]
use std::iter;

/// A failure: its text, and its reasons.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// The text, which may end up in a terminal.
    pub(crate) message: String,
    /// Every reason; none where a function was called in a wrong way.
    pub(crate) reasons: Vec<Reason>,
}

/// A reason, with the names of fields that `precompile explain --message-format json` has.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Reason {
    /// The number of an error, which the text explains.
    Code {
        /// The number.
        code: u16,
    },
    /// A field in which an artifact and a host differ.
    Field {
        /// The number of the error.
        code: u16,
        /// The field.
        field: String,
        /// The artifact's value.
        artifact_value: String,
        /// The host's value.
        host_value: String,
        /// The remedy.
        remedy: String,
    },
}

impl Failure {
    /// The failure of a call that can't be what its caller wants.
    pub(crate) fn usage(text: impl Into<String>) -> Failure {
        Failure { message: text.into(), reasons: Vec::new() }
    }

    /// The failure of a call for which this build lacks a feature.
    #[cfg(not(all(feature = "policy", feature = "trust")))]
    pub(crate) fn feature(wanted: &str, name: &str) -> Failure {
        Failure::usage(format!("this library can't {wanted}: build it with the feature `{name}`"))
    }

    /// The failure of opening an artifact that has a name.
    pub(crate) fn open(name: &str, error: &OpenError) -> Failure {
        let named = matches!(error, OpenError::Io { .. });
        let text = if named { error.to_string() } else { format!("`{name}`: {error}") };
        let reasons = match error {
            OpenError::Mismatch(mismatches) => mismatches.iter().map(Reason::mismatch).collect(),
            #[cfg(feature = "fat")]
            OpenError::NoSlice(slices) => {
                let mismatches = slices.iter().flat_map(|slice| &slice.mismatches);
                iter::once(Reason::code(Code::NoSlice)).chain(mismatches.map(Reason::mismatch)).collect()
            }
            _ => error.codes().into_iter().map(Reason::code).collect(),
        };
        // Names of an artifact are anybody's.
        Failure { message: EscapedLines(&text).to_string(), reasons }
    }
}

impl Reason {
    /// A reason of which there is only a number.
    pub(crate) fn code(code: Code) -> Reason {
        Reason::Code { code: code.number() }
    }

    fn mismatch(mismatch: &Mismatch) -> Reason {
        let Mismatch { code, field, artifact_value, host_value, remedy, .. } = mismatch;
        let values = [artifact_value, host_value, remedy].map(|text| text.as_str().to_owned());
        Reason::field(*code, (*field).to_owned(), values)
    }

    /// A field in which two differ: the two values, and the remedy.
    pub(crate) fn field(
        code: Code,
        field: String,
        [artifact_value, host_value, remedy]: [String; 3],
    ) -> Reason {
        Reason::Field { code: code.number(), field, artifact_value, host_value, remedy }
    }
}
