//! A failed attempt, and its prospects.

use super::limits::RemoteLimits;
use std::fmt::Display;

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) why: String,
    /// The cause may be gone in a moment.
    pub(super) is_temporary: bool,
}

impl Failure {
    /// One that will be there the next time, too.
    pub(super) fn lasting(why: impl Display) -> Failure {
        Failure { why: why.to_string(), is_temporary: false }
    }

    /// One that may be gone in a moment.
    pub(super) fn temporary(why: impl Display) -> Failure {
        Failure { why: why.to_string(), is_temporary: true }
    }

    /// Nothing arrived in time. What is waited for once isn't waited for again: then a server that is gone
    /// would cost the time of each attempt.
    pub(super) fn idle(limits: &RemoteLimits) -> Failure {
        Failure::lasting(format_args!("it sent nothing for {} s", limits.idle.as_secs_f32()))
    }

    /// An object beyond the limit.
    pub(super) fn too_much(limits: &RemoteLimits) -> Failure {
        Failure::lasting(format_args!("it sent more than {} bytes", limits.max_bytes))
    }

    /// A transfer beyond the limit.
    pub(super) fn transfer(limits: &RemoteLimits, verb: &str) -> Failure {
        let limit = limits.transfer.as_secs_f32();
        Failure::lasting(format_args!("it took longer than {limit} s to {verb} an entry"))
    }

    /// The reason, on one line.
    pub(super) fn line(&self) -> String {
        let text: String = self.why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        text.trim().into()
    }
}
