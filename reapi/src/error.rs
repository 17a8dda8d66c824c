//! The failure of a farm.

use std::time::Duration;
use thiserror::Error;
use tonic::{Code, Status};

/// The most characters of a farm's own words.
const MOST: usize = 300;

/// The failure of a farm.
#[derive(Clone, Debug, Error)]
pub enum FarmError {
    /// It can't be reached, or has too much to do. Another try later may succeed.
    #[error("{0}")]
    Busy(String),
    /// It refuses, or answers what no farm may answer. Another worker may do better.
    #[error("{0}")]
    Refused(String),
    /// It lacks a content that it had, or that a result of its names.
    #[error("it lacks {0}, which it had")]
    Lost(String),
    /// It didn't end in time.
    #[error("it doesn't end within {} s", .0.as_secs_f32())]
    Late(Duration),
}

impl FarmError {
    /// Returns true where the farm can't be reached, so that no other action has a chance.
    pub fn is_down(&self) -> bool {
        matches!(self, FarmError::Busy(_))
    }

    /// The failure of a call.
    pub(crate) fn of(status: &Status) -> FarmError {
        let said = said(status);
        match status.code() {
            Code::NotFound | Code::FailedPrecondition => FarmError::Lost(format!("a content ({said})")),
            _ if is_temporary(status) => FarmError::Busy(said),
            _ => FarmError::Refused(said),
        }
    }

    pub(crate) fn refused(what: impl Into<String>) -> FarmError {
        FarmError::Refused(what.into())
    }
}

/// Returns true where the same call may succeed later. That of a lost connection is `Unknown` or `Internal`.
pub(crate) fn is_temporary(status: &Status) -> bool {
    use Code::{Aborted, Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable, Unknown};
    let codes = [Aborted, Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable, Unknown];
    codes.contains(&status.code())
}

/// The words of a farm: short, in one line, and without control characters.
pub(crate) fn bounded(text: &str) -> String {
    let mut bounded: String = text.chars().flat_map(char::escape_debug).take(MOST).collect();
    if text.chars().count() > MOST {
        bounded.push('…');
    }
    bounded
}

/// The text of a failed call, with the first cause that says more.
fn said(status: &Status) -> String {
    let mut text = format!("{:?}: {}", status.code(), bounded(status.message()));
    let mut source = std::error::Error::source(status);
    while let Some(cause) = source {
        let cause_text = bounded(&cause.to_string());
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
