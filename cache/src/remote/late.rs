//! What is said where a limit is reached.

use super::Limits;

pub(super) fn idle(limits: &Limits) -> String {
    format!("it sent nothing for {} s", limits.idle.as_secs_f32())
}

pub(super) fn too_much(limits: &Limits) -> String {
    format!("it sent more than {} bytes", limits.max_bytes)
}

pub(super) fn transfer(limits: &Limits, verb: &str) -> String {
    format!("it took longer than {} s to {verb} an entry", limits.transfer.as_secs_f32())
}
