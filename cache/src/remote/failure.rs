//! A failed attempt to transfer an object.

use super::limits::RemoteLimits;
use super::threads::ThreadsError;
use std::fmt::Display;
use thiserror::Error;

/// The reason why an object was not transferred, on one line.
#[derive(Debug, Error)]
pub(super) enum TransferError {
    /// The last attempt failed.
    #[error("{}", .0.line())]
    Failed(Failure),
    /// There was no attempt, or no end of one.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

impl From<Failure> for TransferError {
    fn from(failure: Failure) -> TransferError {
        TransferError::Failed(failure)
    }
}

/// A failed attempt to transfer an object.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) why: String,
    /// Another attempt may succeed.
    pub(super) is_temporary: bool,
}

impl Failure {
    /// A permanent failure: another attempt would fail, too.
    pub(super) fn lasting(why: impl Display) -> Failure {
        Failure { why: why.to_string(), is_temporary: false }
    }

    /// A temporary failure: another attempt may succeed.
    pub(super) fn temporary(why: impl Display) -> Failure {
        Failure { why: why.to_string(), is_temporary: true }
    }

    /// The failure of a server that sends nothing for too long. It counts as permanent: otherwise an absent server
    /// would cost one timeout for each attempt.
    pub(super) fn idle(limits: &RemoteLimits) -> Failure {
        Failure::lasting(format_args!("it sent nothing for {} s", limits.idle.as_secs_f32()))
    }

    /// The failure of an object that is larger than the limit.
    pub(super) fn too_much(limits: &RemoteLimits) -> Failure {
        Failure::lasting(format_args!("it sent more than {} bytes", limits.max_bytes))
    }

    /// The failure of a transfer that takes longer than the limit.
    pub(super) fn transfer(limits: &RemoteLimits, verb: &str) -> Failure {
        let limit = limits.transfer.as_secs_f32();
        Failure::lasting(format_args!("it took longer than {limit} s to {verb} an entry"))
    }

    /// The reason, on one line.
    fn line(&self) -> String {
        let text: String = self.why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        text.trim().into()
    }
}
